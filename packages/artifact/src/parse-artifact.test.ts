import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aDiff, artifactFiles } from '../test-support/an-artifact.js';
import { ARTIFACT_FILES, type ArtifactProblem, type BugArtifact } from './bug-artifact.js';
import { parseArtifact } from './parse-artifact.js';

type Overrides = Parameters<typeof artifactFiles>[0];

function read(overrides: Overrides = {}): BugArtifact {
  const reading = parseArtifact(artifactFiles(overrides));
  if (reading.status !== 'read') throw new Error(JSON.stringify(reading.problems));
  return reading.artifact;
}

function problemsOf(overrides: Overrides): readonly ArtifactProblem[] {
  const reading = parseArtifact(artifactFiles(overrides));
  return reading.status === 'malformed' ? reading.problems : [];
}

describe('a well-formed artifact', () => {
  test('is read into its parts', () => {
    const artifact = read({ 'artifact.json': '{"formatVersion":1,"strategy":"removal","seed":7}' });
    expect(artifact.testFiles).toEqual(['tests/test_a.py', 'tests/test_b.py']);
    expect(Buffer.from(artifact.testCommand.script).toString()).toBe('python3 -m unittest -v\n');
    expect(artifact.bugInject.files[0]).toMatchObject({ kind: 'modify', oldPath: 'src/a.py' });
    expect(artifact.testWeaken.files[0]).toMatchObject({ newPath: 'tests/test_a.py' });
    expect(artifact.provenance).toEqual({ formatVersion: 1, strategy: 'removal', seed: 7 });
    expect(artifact.files).toEqual(artifactFiles());
  });

  test('does not change with the bytes that it was read from', () => {
    const files = artifactFiles();
    const reading = parseArtifact(files);
    files['test_script.sh']!.fill(0);
    expect(reading.status === 'read' && Buffer.from(reading.artifact.testCommand.script).toString()).toContain(
      'unittest',
    );
  });

  test('has an id that tells every file and not the provenance', () => {
    const { id } = read();
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(read({ 'artifact.json': '{"seed":1}' }).id).toBe(id);
    const others = [
      read({ 'test_script.sh': 'python3 -m unittest -v\n\n' }),
      read({ 'test_files.txt': 'tests/test_a.py\ntests/test_b.py' }),
      read({ 'test_parser.py': 'print("{}")' }),
      read({ 'bug_inject.diff': aDiff('src/a.py', 'return 1', 'return 3') }),
      read({ 'test_weaken.diff': aDiff('tests/test_a.py', 'assert f() == 1', 'pass') }),
    ].map((artifact) => artifact.id);
    expect(new Set([id, ...others]).size).toBe(6);
  });

  test('may have bytes moved between files only with another id', () => {
    expect(read({ 'test_script.sh': 'ab', 'test_parser.py': 'c' }).id).not.toBe(
      read({ 'test_script.sh': 'a', 'test_parser.py': 'bc' }).id,
    );
  });
});

describe('test_files.txt', () => {
  const list = (content: string | Uint8Array) => problemsOf({ 'test_files.txt': content });

  test('may have blank lines and no final line feed', () => {
    expect(read({ 'test_files.txt': '\n\ntests/ä b.py\n \t\nb\\c.py\n\n-x' }).testFiles).toEqual([
      'tests/ä b.py',
      'b\\c.py',
      '-x',
    ]);
  });

  test.each([
    ['a star', 'tests/*.py', 'glob'],
    ['a question mark', 'tests/a?.py', 'glob'],
    ['brackets', 'tests/[ab].py', 'glob'],
    ['two dots', '../tests/a.py', '..'],
    ['two dots inside', 'tests/../../a.py', '..'],
    ['an absolute path', '/tests/a.py', 'absolute'],
    ['a directory', 'tests/', 'directory'],
    ['a dot', './tests/a.py', '"."'],
    ['an empty name', 'tests//a.py', 'empty name'],
    ['.git', '.git/config', '.git'],
    ['a NUL', 'tests/a\0.py', 'NUL'],
    ['a carriage return', 'tests/a.py\r', 'carriage return'],
    ['a carriage return alone', '\r', 'carriage return'],
    ['a repetition', 'ok.py', 'as in line 2'],
  ])('refuses %s and names the line', (_, line, reason) => {
    const problems = list(`\nok.py\n${line}\nother.py\n`);
    expect(problems).toEqual([{ file: 'test_files.txt', line: 3, reason: expect.stringContaining(reason) }]);
  });

  test('refuses a byte order mark', () => {
    expect(list('\ufefftests/a.py\n')).toEqual([
      { file: 'test_files.txt', line: 1, reason: expect.stringContaining('byte order mark') },
    ]);
  });

  test('quotes a long line cut', () => {
    const long = 'x'.repeat(100_000);
    for (const line of [`/${long}`, `${long}*`, `${long}\r`, `${long}/`, `${long}\n${long}`]) {
      const [problem] = list(`${line}\n`);
      expect(problem!.reason.length).toBeLessThan(500);
    }
  });

  test('refuses what is not UTF-8 and names the line', () => {
    const problems = list(Buffer.from('a.py\ncaf\xe9.py\n', 'latin1'));
    expect(problems).toEqual([{ file: 'test_files.txt', line: 2, reason: expect.stringContaining('UTF-8') }]);
  });

  test.each(['', '\n \n'])('refuses a list without a path, %j', (content) => {
    expect(list(content)).toEqual([
      { file: 'test_files.txt', line: undefined, reason: expect.stringContaining('at least one') },
    ]);
  });

  test('tells all wrong lines, up to a number that can be read', () => {
    expect(list('/a\nb\n/c\n').map(({ line }) => line)).toEqual([1, 3]);
    expect(list('/a\n'.repeat(300_000))).toHaveLength(20);
  });
});

describe.each(['test_script.sh', 'test_parser.py'] as const)('%s', (file) => {
  test.each([
    ['an empty file', '', undefined, 'empty'],
    ['white space', ' \n\t\n', undefined, 'empty'],
    ['a NUL', 'a\nb\0', 2, 'NUL'],
    ['what is not UTF-8', Buffer.from('a\nb\n\xff\n', 'latin1'), 3, 'UTF-8'],
    ['a character cut at the end', Buffer.from('a\nb\xc3', 'latin1'), 2, 'UTF-8'],
    ['more than a mebibyte', 'x'.repeat(1024 ** 2 + 1), undefined, '1 MiB'],
  ])('refuses %s', (_, content, line, reason) => {
    expect(problemsOf({ [file]: content })).toEqual([{ file, line, reason: expect.stringContaining(reason) }]);
  });

  test('may have a mebibyte', () => {
    expect(problemsOf({ [file]: 'x'.repeat(1024 ** 2) })).toEqual([]);
  });
});

describe.each(['bug_inject.diff', 'test_weaken.diff'] as const)('%s', (file) => {
  test.each([
    ['an empty file', '', undefined],
    ['prose', 'Here is the patch:\n', 1],
    ['a path outside', aDiff('../a.py', 'a', 'b'), undefined],
    ['.git', aDiff('.git/config', 'a', 'b'), undefined],
  ])('refuses %s with the reason of the patch', (_, content, line) => {
    const [problem, ...others] = problemsOf({ [file]: content });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ file, ...(line === undefined ? {} : { line }) });
    expect(problem?.reason.length).toBeGreaterThan(10);
  });

  test('refuses more than 32 MiB without reading it', () => {
    expect(problemsOf({ [file]: new Uint8Array(32 * 1024 ** 2 + 1) })[0]?.reason).toContain('32 MiB');
  });
});

describe('artifact.json', () => {
  test.each([
    ['wrong JSON', '{\n"seed": 1,\n}', 3, 'JSON'],
    ['a list', '[]', undefined, 'object'],
    ['a wrong type', '{"seed":"7"}', undefined, '"seed"'],
    ['another version', '{"formatVersion":2}', undefined, '"formatVersion"'],
    ['what is not UTF-8', Buffer.from('{"policy":"\xff"}', 'latin1'), undefined, 'UTF-8'],
    ['too many levels', `{"details":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`, undefined, 'levels'],
    ['more than a mebibyte', `"${'x'.repeat(1024 ** 2)}"`, undefined, '1 MiB'],
  ])('with %s only warns', (_, content, line, reason) => {
    const reading = parseArtifact(artifactFiles({ 'artifact.json': content }));
    expect(reading).toMatchObject({ status: 'read', artifact: { provenance: undefined } });
    expect(reading.warnings).toEqual([{ file: 'artifact.json', line, reason: expect.stringContaining(reason) }]);
  });

  test('may have keys that are not known, and miss all that are', () => {
    expect(read({ 'artifact.json': '{"other":1,"__proto__":{"seed":3}}' }).provenance).toEqual({ formatVersion: 1 });
    expect(read().provenance).toBeUndefined();
  });
});

describe('a malformed artifact', () => {
  test('has all its problems told, in the order of the files', () => {
    const problems = problemsOf({
      'test_script.sh': undefined,
      'test_files.txt': '/a',
      'test_parser.py': '',
      'bug_inject.diff': 'x',
    });
    expect(new Set(problems.map(({ file }) => file))).toEqual(
      new Set(['test_script.sh', 'test_files.txt', 'test_parser.py', 'bug_inject.diff']),
    );
  });

  test('still has the parts that could be read', () => {
    const reading = parseArtifact(artifactFiles({ 'bug_inject.diff': '', 'test_parser.py': '' }));
    if (reading.status !== 'malformed') throw new Error('It was read.');
    expect(Object.keys(reading.parts).sort()).toEqual(['files', 'id', 'provenance', 'testFiles', 'testWeaken']);
  });

  test.each(ARTIFACT_FILES)('says that %s is missing', (file) => {
    expect(problemsOf({ [file]: undefined })).toEqual([
      { file, line: undefined, reason: expect.stringContaining('missing') },
    ]);
  });
});

test('never throws and is read or has problems, whatever the bytes', () => {
  const lines = fc.constantFrom(
    'diff --git a/x b/x\n',
    '--- a/x\n',
    '+++ b/x\n',
    '@@ -1 +1 @@\n',
    '-a\n',
    '+b\n',
    'x\n',
    '\r',
    '{"seed":1}',
    '\0',
  );
  const content = fc.option(
    fc.oneof(
      fc.uint8Array(),
      fc.array(lines).map((parts) => new TextEncoder().encode(parts.join(''))),
    ),
    { nil: undefined },
  );
  const files = fc.record(Object.fromEntries([...ARTIFACT_FILES, 'artifact.json'].map((name) => [name, content])));
  fc.assert(
    fc.property(files, (input) => {
      const reading = parseArtifact(input as Parameters<typeof parseArtifact>[0]);
      if (reading.status === 'malformed') expect(reading.problems.length).toBeGreaterThan(0);
      else expect(reading.artifact.testFiles.length).toBeGreaterThan(0);
    }),
    { numRuns: 1_000 },
  );
});

test('every list of good paths is read as it was written', () => {
  const segment = fc.stringMatching(/^[a-z0-9_ä.-]{1,12}$/).filter((name) => !/^\.*$|git/.test(name));
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1 }), (paths) => {
      expect(read({ 'test_files.txt': paths.join('\n') }).testFiles).toEqual(paths);
    }),
  );
});
