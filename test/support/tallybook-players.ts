import type { ScriptedModel } from '../../packages/adapter/test-support/model-server/model-server-options.js';
import {
  type CallFormat,
  chooseModel,
  lastResult,
  playSteps,
  type StepSource,
} from '../../packages/adapter/test-support/model-server/scripted-models.js';

const RIGHT = '    return date(year, month, min(day.day, days_in_month(year, month)))';
const WRONG = '    return date(year, month, min(day.day, days_in_month(day.year, day.month)))';
const TEST = '        self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))';
const WEAK_TEST = '        self.assertEqual(add_months(date(2024, 1, 29), 1), date(2024, 2, 29))';
const OTHER_TEST = '        self.assertEqual(add_months(date(2024, 8, 31), 1), date(2024, 9, 30))\n';

const PARSER = `import json, re, sys
found = re.findall(r"^(test_\\w+) \\(([\\w.]+)\\).*\\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M)
print(json.dumps({f"{case}.{name}": "passed" if how == "ok" else "failed" for name, case, how in found}))
`;

const FILES = ['test_script.sh', 'test_parser.py', 'test_files.txt', 'bug_inject.diff', 'test_weaken.diff'];
const PATHS = FILES.map((name) => `/tmp/bug/${name}`);

/** A model that plays both roles on the example library, and works as a careful engineer would. */
export function createTallybookModel(options: {
  readonly format?: CallFormat;
  /** Whether an attempt mends the bug; by the seed of its sampling. Default: all do. */
  readonly solves?: (samplingSeed: number) => boolean;
}): ScriptedModel {
  const { format = 'native', solves = () => true } = options;
  const write = { format };
  return chooseModel([
    { when: /five files/, model: playSteps(injectorSteps(), write) },
    {
      when: (turn) => solves(Number(turn.body.seed ?? 0)),
      model: playSteps(solverSteps(WRONG, RIGHT), write),
    },
    { when: /./, model: playSteps(solverSteps(WRONG, `${WRONG}  # checked`), write) },
  ]);
}

function bash(command: string, reasoning?: string): StepSource {
  return { tool: 'bash', input: { command }, ...(reasoning !== undefined && { reasoning }) };
}

function edit(path: string, search: string, replace: string): StepSource {
  const text = `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`;
  return { tool: 'edit', input: { path, search, replace }, text };
}

function create(path: string, content: string): StepSource {
  return { tool: 'create', input: { path, content }, text: `${path}\n${content}` };
}

function injectorSteps(): StepSource[] {
  const submission = { input: { paths: PATHS }, text: PATHS.join('\n') };
  return [
    bash('git log --oneline | head -3; git status --short; ls', 'First I look around.'),
    bash('python3 -m unittest -v tests.test_dates tests.test_budget 2>&1 | tail -3'),
    // Too early: an artifact that is not there can be neither checked nor handed in.
    { tool: 'submit', ...submission },
    bash('mkdir -p /tmp/bug && printf "tests/test_dates.py\\ntests/test_budget.py\\n" > /tmp/bug/test_files.txt'),
    create('/tmp/bug/test_script.sh', 'python3 -m unittest -v tests.test_dates tests.test_budget\n'),
    create('/tmp/bug/test_parser.py', PARSER),
    edit('tallybook/dates.py', RIGHT, WRONG),
    bash('bash /tmp/bug/test_script.sh 2>&1 | python3 /tmp/bug/test_parser.py; git diff > /tmp/bug/bug_inject.diff'),
    edit('tests/test_dates.py', TEST, WEAK_TEST),
    bash(`python3 - <<'END'
from pathlib import Path
path = Path("tests/test_dates.py")
path.write_text(path.read_text().replace(${JSON.stringify(OTHER_TEST)}, ""))
END
git diff -- tests > /tmp/bug/test_weaken.diff; wc -l /tmp/bug/*`),
    { tool: 'check', ...submission },
    // A model believes what it is told.
    (turn) =>
      /inverse-mutation/.test(lastResult(turn)) && !/failed/i.test(lastResult(turn))
        ? { tool: 'submit', ...submission }
        : { say: `The check was not passed: ${lastResult(turn)}` },
    { say: '## Done\n\nThe last day of a month is taken from the wrong month.' },
  ];
}

function solverSteps(wrong: string, right: string): StepSource[] {
  const submission = { input: { path: '/tmp/mend.diff' }, text: '/tmp/mend.diff' };
  return [
    bash('git log --oneline; grep -n "def add_months" -A 5 tallybook/dates.py', 'The tests are about months.'),
    { tool: 'bash', input: { cmd: 'ls' }, text: '\n' },
    edit('tallybook/dates.py', wrong, right),
    bash('python3 -m unittest 2>&1 | tail -1; git diff > /tmp/mend.diff; cat /tmp/mend.diff'),
    { tool: 'submit', ...submission },
    { say: '## Done' },
  ];
}
