// Mutants of bug artifacts: their bytes, what they mean, and what stands on the disk in place of their files.
import { mutateBytes } from './mutate.mjs';

export const FILES = ['test_script.sh', 'test_files.txt', 'test_parser.py', 'bug_inject.diff', 'test_weaken.diff'];
const DIFFS = ['bug_inject.diff', 'test_weaken.diff'];
const PROGRAMS = ['test_script.sh', 'test_parser.py'];

/**
 * A mutant of `base`: what was done to it, its files by name (`null`: missing) and what stands on the disk in place of
 * one of them. `others` are further artifacts of the same repository. `runsAnew`: programs may change, so that suites
 * have to be run for it.
 */
export function mutateArtifact(dice, base, others, runsAnew) {
  const files = { ...base };
  const other = dice.pick(others);
  if (runsAnew) return { files, ...dice.pick(PROGRAM_CHANGES)(dice, files, other) };
  const roll = dice.next();
  if (roll < 0.62) return { files, kind: mutateFile(dice, files, other) };
  if (roll < 0.9) return { files, kind: changeMeaning(dice, files, other) };
  const file = dice.pick(FILES);
  return { files, kind: 'disk', onDisk: { file, what: dice.pick(ON_DISK) } };
}

/** What may stand in place of a file. */
const ON_DISK = ['link', 'dangling link', 'link to a device', 'pipe', 'directory', 'sparse', 'missing', 'unreadable'];

function mutateFile(dice, files, other) {
  const roll = dice.next();
  const file = roll < 0.75 ? dice.pick(DIFFS) : roll < 0.9 ? 'test_files.txt' : dice.pick(PROGRAMS);
  if (PROGRAMS.includes(file)) {
    files[file] = dice.pick(FATAL)(dice, Buffer.from(files[file]));
    return `bytes ${file}`;
  }
  if (DIFFS.includes(file) && dice.chance(0.35)) {
    const edit = dice.pick(HEADER_EDITS);
    files[file] = textEdit(files[file], (text) => edit(dice, text));
    return `header ${file}`;
  }
  files[file] = mutateBytes(dice, files[file], other[file]);
  return `bytes ${file}`;
}

/** Changes that no program survives as text, so that nothing has to be run. */
const FATAL = [
  (dice, bytes) => insertAt(bytes, dice.below(bytes.length), Buffer.from([0])),
  (dice, bytes) => insertAt(bytes, dice.below(bytes.length), Buffer.from([0xff])),
  (_, bytes) => Buffer.concat([bytes, Buffer.alloc(3)]),
  (dice) => Buffer.from(' \n\t'.repeat(dice.below(50))),
  () => Buffer.alloc(1024 ** 2 + 1, 0x23),
];

const PATHS = [
  '../escaped.py',
  '/etc/passwd',
  '.git/hooks/pre-commit',
  '.GIT/config',
  'tallybook/../../x.py',
  './x.py',
  'x//y.py',
  'TALLYBOOK/money.py',
  'tallybook/mone\u0301y.py',
  'conftest.py',
  'pytest.py',
  'tests',
  'tests/__init__.py/below',
  'tallybook/money.py/below',
  'sitecustomize.py',
  `${'d/'.repeat(120)}x`,
  'x'.repeat(300),
];
const replacedPath = (dice, text, pattern) => {
  const path = dice.pick(PATHS);
  return text.replace(pattern, (line, start) => `${start}${path}${line.endsWith('\n') ? '\n' : ''}`);
};
const withHeaderLine = (text, line) => text.replace(/^(diff --git .*\n)/m, `$1${line}\n`);
const newFile = (mode, path, line) =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\nindex 0000000..1111111\n--- /dev/null\n+++ b/${path}\n` +
  `@@ -0,0 +1 @@\n+${line}\n`;

const HEADER_EDITS = [
  (dice, text) => {
    const old = /^--- a\/(.*)$/m.exec(text)?.[1];
    return old === undefined ? text : text.replaceAll(old, dice.pick(PATHS));
  },
  (dice, text) => replacedPath(dice, text, /^(\+\+\+ b\/).*$/m),
  (dice, text) => replacedPath(dice, text, /^(diff --git a\/).*$/m),
  (dice, text) => withHeaderLine(text, `index 1111111..2222222 ${dice.pick(['100755', '120000', '160000', '040000'])}`),
  (dice, text) => withHeaderLine(text, dice.pick(['index 0000000..0000000', 'index xyz..abc 100644', 'index 1..2'])),
  (dice, text) => withHeaderLine(text, `old mode 100644\nnew mode ${dice.pick(['100755', '120000', '160000', '777'])}`),
  (dice, text) => withHeaderLine(text, dice.pick(['deleted file mode 100644', 'new file mode 100644', 'copy from x'])),
  (dice, text) => text + newFile(dice.pick(['120000', '100644', '160000']), dice.pick(PATHS), '../../../etc/passwd'),
  (dice, text) =>
    text + newFile('120000', `link${dice.below(9)}`, dice.pick(['tallybook', '/etc', '..', '.git/config'])),
  (dice, text) => text + newFile('100644', `tallybook/spare${dice.below(4)}.py`, 'x = 1'),
  (_, text) => text.replace(/^@@ -(\d+)/m, (_all, line) => `@@ -${Number(line) + 1}`),
  (_, text) => text.replace(/^@@ -(\d+)(.*?)\+(\d+)/m, (_all, a, mid, b) => `@@ -${+a + 1}${mid}+${+b + 1}`),
  (_, text) => text.replace(/^(@@ .*? @@).*$/m, '$1 another heading'),
  (_, text) => text + text,
  (_, text) => text.replace(/^diff --git/m, 'From: a mail\n\ndiff --git'),
  (_, text) => text.replace(/^diff --git .*\n/m, ''),
  (_, text) => `${text}-- \n2.43.0\n`,
  (_, text) => `\n\n${text}\n\n`,
  (_, text) => text.replace(/\n$/, ''),
  (_, text) => text.replace(/^([+-])(?![+-])/m, (sign) => (sign === '+' ? '-' : '+')),
  (_, text) => text.replace(/^\+(?!\+\+ )(.*)$/m, '+$1 '),
  (dice, text) => {
    const name = /^--- a\/(.*)$/m.exec(text)?.[1] ?? 'x';
    const to = dice.pick(['tallybook/renamed.py', 'tests/renamed.py', ...PATHS]);
    return `diff --git a/${name} b/${to}\nsimilarity index 100%\nrename from ${name}\nrename to ${to}\n`;
  },
  (_, text) => text.replace(/^diff --git a\/(.*) b\/.*$/m, 'diff --git "a/$1" "b/$1"'),
];

function changeMeaning(dice, files, other) {
  const change = dice.pick(MEANINGS);
  change(dice, files, other);
  return `meaning ${change.name}`;
}

const lines = (files) => Buffer.from(files['test_files.txt']).toString().split('\n').filter(Boolean);
const listing = (files, paths) => {
  files['test_files.txt'] = Buffer.from(paths.map((path) => `${path}\n`).join(''));
};
const joined = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

const MEANINGS = [
  function filesSwapped(dice, files) {
    const [one, two] = [dice.pick(FILES), dice.pick(FILES)];
    [files[one], files[two]] = [files[two], files[one]];
  },
  function bugOfAnother(_, files, other) {
    files['bug_inject.diff'] = other['bug_inject.diff'];
  },
  function weakeningOfAnother(_, files, other) {
    files['test_weaken.diff'] = other['test_weaken.diff'];
  },
  function listOfAnother(_, files, other) {
    files['test_files.txt'] = other['test_files.txt'];
  },
  function bugsOfBoth(_, files, other) {
    files['bug_inject.diff'] = joined(files['bug_inject.diff'], other['bug_inject.diff']);
  },
  function weakeningsOfBoth(_, files, other) {
    files['test_weaken.diff'] = joined(files['test_weaken.diff'], other['test_weaken.diff']);
    listing(files, [...new Set([...lines(files), ...lines(other)])]);
  },
  function weakeningTouchesSource(_, files, other) {
    files['test_weaken.diff'] = joined(files['test_weaken.diff'], other['bug_inject.diff']);
  },
  function sourceListedAsTest(_, files, other) {
    const source = /^--- a\/(.*)$/m.exec(Buffer.from(other['bug_inject.diff']).toString())?.[1];
    files['test_weaken.diff'] = joined(files['test_weaken.diff'], other['bug_inject.diff']);
    listing(files, [...lines(files), source]);
  },
  function bugTouchesTests(_, files) {
    files['bug_inject.diff'] = joined(files['bug_inject.diff'], files['test_weaken.diff']);
  },
  function bugReversed(_, files) {
    files['bug_inject.diff'] = reversed(files['bug_inject.diff']);
  },
  function weakeningReversed(_, files) {
    files['test_weaken.diff'] = reversed(files['test_weaken.diff']);
  },
  function weakeningEmpty(_, files) {
    files['test_weaken.diff'] = Buffer.from('');
  },
  function listShuffled(dice, files) {
    listing(
      files,
      lines(files).sort(() => dice.next() - 0.5),
    );
  },
  function listCut(_, files) {
    listing(files, lines(files).slice(1));
  },
  function listExtended(dice, files) {
    const extra = [
      'nowhere.py',
      'tests',
      'tests/',
      'tests/*.py',
      '../x',
      'tallybook/money.py',
      'README.md',
      'tests/builders.py',
    ];
    listing(files, [...lines(files), dice.pick([...extra, ...PATHS])]);
  },
  function listInOtherSpelling(dice, files) {
    const spell = dice.pick([
      (path) => path.toUpperCase(),
      (path) => `./${path}`,
      (path) => `${path} `,
      (path) => `${path}\r`,
    ]);
    listing(files, lines(files).map(spell));
  },
  function listDoubled(_, files) {
    listing(files, [...lines(files), ...lines(files)]);
  },
  function blankLines(_, files) {
    listing(files, ['', ...lines(files).flatMap((path) => [path, '  '])]);
  },
];

/** Programs that change, each the same for every artifact or by its seed. */
const PROGRAM_CHANGES = [
  ...PROGRAMS.map((file) => (dice, files, other) => {
    files[file] = mutateBytes(dice, files[file], other[file]);
    return { kind: `bytes ${file}` };
  }),
  ...Object.entries({
    echoes: 'echo nothing to see\n',
    'exits at once': 'exit 0\n',
    'prints ids without running them': `for n in $(seq 30); do echo '{"id":"t'$n'","status":"passed"}'; done\n`,
    floods: 'yes | head -c 40000000\n',
  }).map(([kind, script]) => (_, files) => {
    files['test_script.sh'] = Buffer.from(`#!/bin/bash\n${script}`);
    return { kind: `script ${kind}` };
  }),
  (_, files) => {
    const suite = Buffer.from(files['test_script.sh'])
      .toString()
      .replace(/^exec /m, '');
    files['test_script.sh'] = Buffer.from(`( ${suite}\n) 2>&1 | sed 's/"failed"/"passed"/'\n`);
    return { kind: 'script hides failures' };
  },
  ...Object.entries({
    'says all passed': '{key: "passed" for key in report}',
    'drops failures': '{key: value for key, value in report.items() if value == "passed"}',
    'drops passes': '{key: value for key, value in report.items() if value == "failed"}',
    'flips all': '{key: "failed" if value == "passed" else "passed" for key, value in report.items()}',
    'renames all': '{"x" + key: value for key, value in report.items()}',
    'keeps few': 'dict(list(report.items())[:5])',
    'merges all': '{"all": "passed" if "failed" not in report.values() else "failed"}',
    'invents some': '{**report, **{"more-%d" % n: "passed" for n in range(20)}}',
    'knows the clock': '{**report, "at-%d" % __import__("time").time_ns(): "passed"}',
    'counts failures in ids': '{"%s-%d" % (key, list(report.values()).count("failed")): report[key] for key in report}',
    'skips some': '{key: "skipped" for key in report}',
    'fails where anything failed': '{key: "passed" if "failed" not in report.values() else "failed" for key in report}',
  }).map(([kind, expression]) => (_, files) => {
    files['test_parser.py'] = Buffer.from(wrappedParser(files['test_parser.py'], expression));
    return { kind: `parser ${kind}` };
  }),
  ...Object.entries({
    'prints a list': 'print("[]")\n',
    'prints a key twice': `print('{"a": "passed", "a": "passed"}')\n`,
    'prints NaN': `print('{"a": NaN}')\n`,
    'prints no end': 'print("{" * 100000)\n',
    'ends with text': `print('{"a": "passed"} done')\n`,
    fails: 'raise SystemExit(3)\n',
    floods: 'import sys\nwhile True: sys.stdout.write("x" * 1000000)\n',
  }).map(([kind, program]) => (_, files) => {
    files['test_parser.py'] = Buffer.from(program);
    return { kind: `parser ${kind}` };
  }),
];

/** The parser as it was, with another Python expression over the `report` that it prints. */
function wrappedParser(parser, expression) {
  return [
    'import contextlib, io, json',
    `source = ${JSON.stringify(Buffer.from(parser).toString())}`,
    'printed = io.StringIO()',
    'with contextlib.redirect_stdout(printed):',
    '    exec(compile(source, "parser", "exec"), {"__name__": "__main__"})',
    'report = json.loads(printed.getvalue())',
    `print(json.dumps(${expression}))`,
    '',
  ].join('\n');
}

function reversed(diff) {
  const swap = { '+': '-', '-': '+' };
  return textEdit(diff, (text) =>
    text
      .split('\n')
      .map((line) => (/^(---|\+\+\+) /.test(line) ? line : line.replace(/^[+-]/, (sign) => swap[sign])))
      .map((line) => line.replace(/^@@ -(\S+) \+(\S+) @@/, '@@ -$2 +$1 @@'))
      .join('\n'),
  );
}

function textEdit(bytes, edit) {
  return new Uint8Array(Buffer.from(edit(Buffer.from(bytes).toString('utf8')), 'utf8'));
}

function insertAt(bytes, at, put) {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at)]);
}
