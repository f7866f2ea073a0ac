import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtifactFolder } from '@swe-selfplay/artifact';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluationSchema, reportSchema } from '../packages/swe-selfplay/test-support/result-schemas.js';
import { createSmallShelf, type SmallShelf } from '../packages/swe-selfplay/test-support/small-shelf.js';
import { BIN, type Outcome, parsed, runEach, startCommand } from './support/command-line.js';

function swe(...args: string[]): Promise<Outcome> {
  return startCommand({ args }).ended;
}

const COMMANDS = ['validate', 'evaluate', 'inject', 'solve', 'play', 'export', 'audit'];

describe('usage', () => {
  const wrong: [string[], RegExp][] = [
    [[], /Usage:/],
    [['valdate'], /Did you mean validate\?/],
    [['validate', '--repo', '.'], /missing required argument 'artifact-dir'/],
    [['validate', 'x'], /Expected --repo DIR, or --image IMAGE/],
    [['play', '--out', 'x'], /Expected --repo DIR, or --image IMAGE/],
    [['validate', 'x', 'y', '--repo', '.'], /too many arguments/],
    [['validate', 'x', '--repo', '.', '--min-pasing-tests', '3'], /Did you mean --min-passing-tests\?/],
    [['validate', 'x', '--repo', '.', '--sandbox', 'namespace'], /Did you mean namespaces\?/],
    [['validate', 'x', '--repo', '.', '--jobs', '0'], /'--jobs <n>'.*whole number from 1 to/],
    [['validate', 'x', '--repo', '.', '--repeats', '2x'], /'--repeats <n>'/],
    [['validate', 'x', '--repo', '.', '--timeout', '-1'], /'--timeout <seconds>'/],
    [['inject', '--repo', '.', '--out', 'x', '--strategy', 'mutate'], /Did you mean mutation\?/],
    [['play', '--repo', '.', '--out', 'x', '--alpha', '1.5'], /'--alpha <x>'.*from 0 to 1/],
    [['play', '--repo', '.', '--out', 'x', '--hidden', '2'], /'--hidden <share>'.*from 0 to 1/],
    [['play', '--repo', '.', '--out', 'x', '--on-leak', 'scrubb'], /Did you mean scrub\?/],
    [['validate', 'x', '--repo', '.', '--profile', 'strickt'], /Did you mean strict\?/],
    [['audit', '--repo', '.', '--route', 'B17', 'Z9'], /--route.*got Z9/],
    [['audit', '--repo', '.', '--image', 'x', '--sandbox', 'namespaces'], /--image or --sandbox namespaces, got both/],
    [['audit', '--repo', '.', '--workdir', '/x'], /--workdir together with --image/],
  ];
  let helps: Outcome[];
  let refusals: Outcome[];
  beforeAll(async () => {
    const asking = [...COMMANDS.map((command) => [command, '--help']), ['--help'], ['--version']];
    const outcomes = await runEach([...asking, ...wrong.map(([args]) => args)].map((args) => ({ args })));
    helps = outcomes.slice(0, asking.length);
    refusals = outcomes.slice(asking.length);
  });

  test.each(COMMANDS)('%s --help says how it is used, with an example', (command) => {
    const { exitCode, stdout, stderr } = helps[COMMANDS.indexOf(command)]!;
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: swe-selfplay ${command}`);
    expect(stdout).toMatch(/Examples?:\n {2}swe-selfplay /);
  });

  test('--help lists the commands and --version is that of the package', () => {
    const [help, version] = helps.slice(COMMANDS.length);
    for (const command of COMMANDS) expect(help!.stdout).toContain(`  ${command} `);
    const manifest = readFileSync(join(BIN, '../../package.json'), 'utf8');
    expect(version!.stdout).toBe(`${(JSON.parse(manifest) as { version: string }).version}\n`);
  });

  test.each(wrong)('%j is wrong usage: exit code 2, and the reason on stderr', (args, reason) => {
    const { exitCode, stdout, stderr } = refusals[wrong.findIndex((entry) => entry[0] === args)]!;
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(reason);
  });

  test('a process says by its exit code what was wrong', async () => {
    const { exitCode, stderr } = await swe('validate', 'x', '--repo', '.', '--jobs', '0');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--jobs <n>')]);
  });
});

describe('on a repository', () => {
  let shelf: SmallShelf;
  let scratch: string;
  const folder = (name: string) => join(scratch, name);
  /** Options of every call: three tests are enough, and runs are shared between the calls. */
  const common = () => ['--repo', shelf.environment.directory, '--min-passing-tests', '3', '--cache', folder('cache')];

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'cli-'));
    shelf = await createSmallShelf();
    await writeArtifactFolder(folder('valid'), await shelf.bug());
    await writeArtifactFolder(folder('idle'), await shelf.idleBug());
    await writeArtifactFolder(folder('malformed'), await shelf.bug());
    rmSync(join(folder('malformed'), 'test_parser.py'));
    for (const kind of ['solving', 'useless'] as const)
      writeFileSync(folder(`${kind}.diff`), await shelf.predPatch(kind));
    mkdirSync(folder('empty'));
  });
  afterAll(async () => {
    await shelf?.remove();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('validate exits with 0 for a valid artifact; a second time nothing is executed', async () => {
    const first = await swe('validate', folder('valid'), ...common(), '--json');
    expect(first.exitCode).toBe(0);
    const report = parsed(reportSchema, first);
    expect(report).toMatchObject({ status: 'valid', valid: true, failToPass: ['test_longest'], flaky: [] });
    expect(report.checks.map(({ status }) => status)).toEqual(Array(9).fill('passed'));
    expect(report.runs.executed).toBeGreaterThan(0);

    const second = parsed(reportSchema, await swe('validate', folder('valid'), ...common(), '--json'));
    expect(second.runs).toEqual({ executed: 0, cached: report.runs.executed + report.runs.cached });
    const third = parsed(reportSchema, await swe('validate', folder('valid'), ...common(), '--json', '--no-cache'));
    expect(third.runs.executed).toBeGreaterThan(0);
  });

  test('validate exits with 1 for an invalid artifact and says which check failed', async () => {
    const idle = await swe('validate', folder('idle'), ...common(), '--json');
    expect(idle.exitCode).toBe(1);
    const failed = parsed(reportSchema, idle).checks.filter(({ status }) => status === 'failed');
    expect(failed.map(({ id }) => id)).toEqual(['bug-validity']);

    const all = parsed(reportSchema, await swe('validate', folder('idle'), ...common(), '--json', '--all'));
    expect(all.checks.filter(({ status }) => status === 'failed').length).toBeGreaterThan(1);
  });

  test('validate finds an artifact that lacks a file invalid', async () => {
    const outcome = await swe('validate', folder('malformed'), ...common(), '--json');
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toContain('test_parser.py');
  });

  test('validate without --json prints a table, and --quiet leaves stderr empty', async () => {
    const { exitCode, stdout, stderr } = await swe('validate', folder('valid'), ...common(), '--quiet');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^check +verdict +reason\n/);
    expect(stdout).toMatch(/\nvalid: all 9 checks hold; 1 test to mend, 2 to keep passing/);
    // The one warning that a plain directory deserves.
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^warning: .* not the top of a git repository/)]);
  });

  test.each([
    ['solving', 0, 'solved'],
    ['useless', 1, 'unsolved'],
  ])('evaluate of a %s patch exits with %i', async (kind, exitCode, status) => {
    const outcome = await swe('evaluate', folder('valid'), ...common(), '--patch', folder(`${kind}.diff`), '--json');
    expect(outcome.exitCode).toBe(exitCode);
    const evaluation = parsed(evaluationSchema, outcome);
    expect(evaluation).toMatchObject({ status, solved: status === 'solved' });
    expect(evaluation.failed).toEqual(status === 'solved' ? [] : ['test_longest']);
  });

  test.each([
    [
      'an artifact that is not valid',
      () => ['evaluate', folder('idle'), '--patch', folder('solving.diff')],
      /bug-validity/,
    ],
    [
      'a patch that is not there',
      () => ['evaluate', folder('valid'), '--patch', folder('no.diff')],
      /--patch.*no\.diff/,
    ],
    ['an artifact that is not there', () => ['validate', folder('nowhere')], /nowhere/],
    ['an artifact that is a file', () => ['validate', folder('solving.diff')], /solving\.diff/],
    [
      'a folder for attempts that holds something',
      () => ['solve', folder('valid'), '--out', scratch],
      /new or empty folder/,
    ],
  ])('%s is wrong usage', async (_, args, reason) => {
    const { exitCode, stdout, stderr } = await swe(...args(), ...common());
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('a repository that is not there, and one without tests, are wrong usage', async () => {
    const nowhere = await swe('validate', folder('valid'), '--repo', folder('nowhere'));
    expect([nowhere.exitCode, nowhere.stdout]).toEqual([2, '']);
    expect(nowhere.stderr).toContain(folder('nowhere'));
    writeFileSync(join(folder('empty'), 'code.py'), 'x = 1\n');
    const empty = await swe('inject', '--repo', folder('empty'), '--out', folder('none'), '--no-cache');
    expect([empty.exitCode, empty.stdout]).toEqual([2, '']);
    expect(empty.stderr).toMatch(/No bug can be put into .*empty/);
  });

  test('inject writes valid artifacts, and the same ones again', async () => {
    const args = ['--strategy', 'mutation', '--seed', '1', '--count', '1', '--out', folder('bugs'), '--json'];
    const outcome = await swe('inject', ...common(), ...args);
    expect(outcome.exitCode).toBe(0);
    const result = JSON.parse(outcome.stdout) as { valid: number; artifacts: { path: string; id: string }[] };
    expect(result.valid).toBe(1);
    const { path } = result.artifacts[0]!;
    expect(readdirSync(path).sort()).toContain('bug_inject.diff');
    expect((await swe('validate', path, ...common())).exitCode).toBe(0);
    const again = await swe('inject', ...common(), ...args);
    expect(JSON.parse(again.stdout).artifacts[0].id).toBe(result.artifacts[0]!.id);
  });

  test('solve writes each attempt and how it was graded', async () => {
    const args = ['--attempts', '2', '--seed', '1', '--out', folder('attempts'), '--json'];
    const outcome = await swe('solve', folder('valid'), ...common(), ...args);
    const result = JSON.parse(outcome.stdout) as {
      solved: number;
      graded: number;
      attempts: { patch: string | null }[];
    };
    expect(outcome.exitCode).toBe(result.solved > 0 ? 0 : 1);
    expect(result.graded).toBe(2);
    expect(readdirSync(folder('attempts'))).toEqual(expect.arrayContaining(['attempt-1.json', 'attempt-2.json']));
    const patches = result.attempts.map(({ patch }) => patch).filter((patch) => patch !== null);
    for (const patch of patches) expect(readFileSync(patch, 'utf8')).toMatch(/^diff --git /);
  });

  test('a reader that goes away is no failure', async () => {
    const child = spawn(process.execPath, [BIN, 'validate', folder('valid'), ...common()], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });

  test('audit plays the cheats that were asked for, and says what each came to', async () => {
    const args = ['audit', ...common(), '--route', 'empty-patch', 'parent-commit', 'empty-bug', '--json'];
    const { exitCode, stdout } = await swe(...args);
    expect(exitCode, stdout).toBe(0);
    const audit = JSON.parse(stdout) as { status: string; controls: object[]; results: object[] };
    expect(audit).toMatchObject({ status: 'sound', profile: 'default' });
    expect(audit.controls.every((control) => 'holds' in control && control.holds)).toBe(true);
    expect(audit.results).toMatchObject([
      { id: 'parent-commit', outcome: 'blocked', isAsExpected: true, control: { holds: true } },
      { id: 'empty-patch', outcome: 'blocked', isAsExpected: true },
      { id: 'empty-bug', outcome: 'blocked', isAsExpected: true },
    ]);
  });

  test('the strict profile asks more: its checks are the nine and those of quality', async () => {
    const strict = [...common(), '--profile', 'strict', '--repeats', '2', '--all', '--json'];
    const report = parsed(reportSchema, await swe('validate', folder('valid'), ...strict));
    expect(report.checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['inverse-mutation', 'neutral-edit', 'no-hints']),
    );
    expect(report.checks.length).toBeGreaterThan(9);
  });

  test('a sandbox that cannot be set up exits with 3 and still gives the one object', async () => {
    const file = join(scratch, 'no-directory');
    writeFileSync(file, 'x');
    const args = ['validate', folder('valid'), '--repo', shelf.environment.directory, '--json'];
    const outcome = await startCommand({ args, env: { XDG_CACHE_HOME: file } }).ended;
    expect(outcome.exitCode).toBe(3);
    const report = parsed(reportSchema, outcome);
    expect(report).toMatchObject({ status: 'infra', valid: false });
    expect(report.checks.map(({ status }) => status)).toEqual(Array(9).fill('skipped'));
    expect(outcome.stderr).toContain(file);
  });
});
