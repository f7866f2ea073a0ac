import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { computeRewards, readRun, readTrajectories, type TrajectoryRecord, trajectoryRecordSchema } from 'swe-selfplay';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { startModelServer } from '../packages/adapter/test-support/model-server/model-server.js';
import type {
  ModelServer,
  ScriptedModel,
  ScriptedReply,
} from '../packages/adapter/test-support/model-server/model-server-options.js';
import { openingText } from '../packages/adapter/test-support/model-server/scripted-models.js';
import { type CommandLine, type Outcome, parsed, runEach, startCommand } from './support/command-line.js';
import { createTallybookModel } from './support/tallybook-players.js';

const KEY = 'sk-never-to-be-seen-5f3a';
const WITH_KEY = { SWE_SELFPLAY_API_KEY: KEY };

const NOT_TODAY = { status: 400, body: { error: { message: 'Not today.', type: 'BadRequestError', code: 400 } } };

let scratch: string;
let server: ModelServer;
/** The server refuses to go on with conversations. */
let isFailing = false;
/** It takes them and never answers. */
let isHanging = false;
/** Conversations stop here when so many turns have been asked for, until it is undefined again. */
let gate:
  | { readonly turns: number; asked: number; readonly opened: Promise<void>; readonly reached: () => void }
  | undefined;
/** What all processes said, for a look at the end. */
const said: string[] = [];
const folder = (name: string) => join(scratch, name);
const policy = () => ['--policy', server.url, '--model', 'toy'];
/** What lies outside of the workspace is searched for leaks in tests of its own. */
const NEARBY = ['--leak-scope', 'workspace'];
const common = () => ['--repo', folder('tallybook'), '--cache', folder('cache'), '--jobs', '2'];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'policy-cli-'));
  await makeRepository(folder('tallybook'));
  const model = createTallybookModel({ solves: (seed) => seed % 2 === 0 });
  server = await startModelServer({
    engine: 'vllm',
    model: gated(otherBugs(model)),
    apiKey: KEY,
    fault: (_, body) => {
      const isConversation = JSON.stringify(body).length > 2000;
      if (isConversation && isFailing) return NOT_TODAY;
      return isConversation && isHanging ? 'hang' : undefined;
    },
  });
});
afterAll(async () => {
  await server?.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function swe(...args: string[]): Promise<Outcome> {
  return heard(await startCommand({ args, env: WITH_KEY }).ended);
}

async function sweEach(commandLines: readonly CommandLine[]): Promise<Outcome[]> {
  const withKey = commandLines.map(({ args, env }) => ({ args, env: { ...WITH_KEY, ...env } }));
  return (await runEach(withKey)).map(heard);
}

/** Takes a value for what the test then looks at. */
function as<Value>(): { parse(value: unknown): Value } {
  return { parse: (value) => value as Value };
}

function heard(outcome: Outcome): Outcome {
  said.push(outcome.stdout, outcome.stderr);
  return outcome;
}

/** What the model breaks one line into, by what its prompt says; a bug of the first kind is one that the search mends. */
const OTHER_BUGS: readonly (readonly [prompt: string, text: string])[] = [
  ['whatever you like', 'max(day.day, days_in_month(year, month))'],
  ['bring back the past', 'min(day.day, days_in_month(year, day.month))'],
];

function otherBugs(model: ScriptedModel): ScriptedModel {
  return async (turn) => {
    const reply = await model(turn);
    const [, other] = OTHER_BUGS.find(([prompt]) => openingText(turn).includes(prompt)) ?? [];
    if (other === undefined) return reply;
    const usual = 'min(day.day, days_in_month(day.year, day.month))';
    return JSON.parse(JSON.stringify(reply).replaceAll(usual, other)) as ScriptedReply;
  };
}

function gated(model: ScriptedModel): ScriptedModel {
  return async (turn) => {
    if (gate !== undefined && openingText(turn).length > 1000 && ++gate.asked > gate.turns) {
      gate.reached();
      await gate.opened;
    }
    return model(turn);
  };
}

/** Plays until the model was asked for so many turns and so many attempts were kept; it still thinks about further turns. */
async function interruptAfter(turns: number, attempts: number, args: readonly string[]): Promise<Outcome> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const isReached = new Promise<void>((resolve) => {
    gate = { turns, asked: 0, opened, reached: resolve };
  });
  const { child, ended } = startCommand({ args, env: WITH_KEY });
  try {
    await Promise.race([isReached, ended]);
    while (child.exitCode === null && attemptsIn('cut') < attempts) await wait(20);
    child.kill('SIGINT');
    return heard(await ended);
  } finally {
    gate = undefined;
    open();
  }
}

function attemptsIn(run: string): number {
  return readRun(folder(run)).records.filter(({ type }) => type === 'attempt').length;
}

/** What two plays of the same have in common, whatever the time and the order. */
function played(run: string): string[] {
  return readRun(run)
    .records.map((record) =>
      JSON.stringify(record, (key, value) =>
        ['at', 'ms', 'runs', 'cachedTokens'].includes(key) ? undefined : (value as unknown),
      ),
    )
    .sort();
}

function lines(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

const PLAY = ['--strategy', 'removal', '--group', '4', '--seed', '5', ...NEARBY];

describe('play with one model in both roles', () => {
  test('says what the server can do, what happened, and what it cost; everything is on disk', async () => {
    const { exitCode, stdout, stderr } = await swe(
      ...['play', ...common(), ...policy(), ...PLAY, '--price', '2,10', '--out', folder('first')],
    );
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Playing in')]);
    expect(stderr).toMatch(
      /Policy toy at 127\.0\.0\.1:\d+ \(vllm 0\.32\.0\)\n {2}capture {2}train: .*\n {2}calls {4}native: /,
    );
    expect(stderr).not.toMatch(/warning|undefined|NaN|\[object/);
    expect(stdout).toMatch(/finished: 1 round, 1 valid bug of 1 tried/);
    const cost = (line: RegExpExecArray | null) => {
      const [prompt, , completion, usd] = line!.slice(1).map((number) => Number(number.replaceAll(',', '')));
      expect(usd).toBeCloseTo((2 * prompt! + 10 * completion!) / 1e6, 3);
      return usd!;
    };
    const tokens = '([\\d,]+) prompt tokens \\(([\\d,]+) cached\\), ([\\d,]+) completion tokens';
    const spent =
      cost(new RegExp(`injector: 1 episode, 13 turns, ${tokens}, ([\\d.]+) USD`).exec(stdout)) +
      cost(new RegExp(`solver: 4 episodes, 24 turns, ${tokens}, 4 format errors, ([\\d.]+) USD`).exec(stdout));
    expect(Number(/both roles: [\d,]+ tokens, ([\d.]+) USD/.exec(stdout)![1])).toBeCloseTo(spent, 3);

    const { settings, records } = readRun(folder('first'));
    expect(settings.injector).toBe('toy (removal, cwm tools, native calls, temperature 1, top-p 1, 128 turns)');
    expect(records.filter(({ type }) => type === 'reward')).toHaveLength(5);
    const solved = records.filter((record) => record.type === 'evaluation' && record.status === 'solved').length;
    expect(solved).toBeGreaterThan(0);
    const trajectories = await readTrajectories(folder('first'));
    expect(trajectories.map(({ role, reward_status }) => [role, reward_status])).toEqual([
      ['injector', 'settled'],
      ...Array(4).fill(['solver', 'settled']),
    ]);
    expect(trajectories.every(({ capture, trainable }) => capture === 'train' && trainable)).toBe(true);
  });

  test('a second time it asks the model for nothing more and says the same, as one object', async () => {
    const asked = server.requests.filter(({ path }) => path.endsWith('/chat/completions')).length;
    const before = lines(join(folder('first'), 'trajectories.jsonl'));
    const outcome = await swe('play', ...common(), ...policy(), ...PLAY, '--json', '--out', folder('first'));
    expect(outcome.exitCode).toBe(0);
    const result = parsed(as<{ usage: unknown[] }>(), outcome);
    expect(result).toMatchObject({ status: 'finished', rounds: [{ status: 'played', group: { graded: 4 } }] });
    expect(result.usage).toMatchObject([
      { role: 'injector', episodes: 1, turns: 13, costUsd: null },
      { role: 'solver', episodes: 4, turns: 24, formatErrors: 4, costUsd: null },
    ]);
    // What the opening asks is all.
    const more = server.requests.filter(({ path }) => path.endsWith('/chat/completions')).length - asked;
    expect(more).toBeLessThanOrEqual(4);
    expect(lines(join(folder('first'), 'trajectories.jsonl'))).toEqual(before);
  });

  test('Ctrl-C in the middle of conversations, and then the same command: nothing is lost or double', async () => {
    const args = ['play', ...common(), ...policy(), ...PLAY, '--concurrency', '2', '--out', folder('cut')];
    // The injector takes 13 turns, an attempt 6.
    for (const [turns, attempts] of [
      [5, 0],
      [13 + 15, 1],
    ] as const) {
      const { exitCode, stdout, stderr } = await interruptAfter(turns, attempts, args);
      expect([exitCode, stderr]).toEqual([130, expect.stringContaining('the same command goes on with it')]);
      expect(stdout).toMatch(/^interrupted: 0 rounds/m);
    }
    expect(attemptsIn('cut')).toBeLessThan(4);
    const resumed = await swe(...args);
    expect([resumed.exitCode, resumed.stderr]).toEqual([0, expect.stringContaining('Going on with the run')]);
    expect(played(folder('cut'))).toEqual(played(folder('first')));
    const ids = async (run: string) =>
      (await readTrajectories(folder(run))).map(({ trajectory_id }) => trajectory_id).sort();
    expect(await ids('cut')).toEqual(await ids('first'));
    expect(readdirSync(join(folder('cut'), 'pending-trajectories'))).toEqual([]);
  });
});

test('what a failing server left undone is told, and played by the same command', async () => {
  const args = [
    'play',
    ...common(),
    ...policy(),
    '--strategy',
    'direct',
    '--group',
    '1',
    ...NEARBY,
    '--out',
    folder('failing'),
  ];
  isFailing = true;
  const failing = await swe(...args);
  isFailing = false;
  expect(failing.exitCode).toBe(3);
  expect(failing.stderr).toMatch(/infra: .*127\.0\.0\.1:\d+ refused the request with 400: Not today\./);
  expect(failing.stdout).toMatch(/^broken infrastructure left 1 round undone; the same command tries again$/m);
  expect(readRun(folder('failing')).records.filter((record) => record.type === 'reward')).toMatchObject([
    { reward: null },
  ]);
  const resumed = await swe(...args);
  expect([resumed.exitCode, resumed.stdout]).toEqual([0, expect.stringMatching(/^finished: 1 round, 1 valid bug/m)]);
});

test('a server that takes a request and never answers costs the model nothing', async () => {
  const short = ['--episode-timeout', '3', '--strategy', 'direct', '--group', '1', '--tries', '1'];
  isHanging = true;
  const hanging = await swe('play', ...common(), ...policy(), ...short, ...NEARBY, '--out', folder('hanging'));
  isHanging = false;
  expect(hanging.exitCode).toBe(3);
  expect(hanging.stderr).toMatch(/infra: .*Its server still failed after 3 s/);
  expect(readRun(folder('hanging')).records.filter((record) => record.type === 'reward')).toMatchObject([
    { role: 'injector', reward: null },
  ]);
});

describe('a policy for one role', () => {
  test('a model injects and a search solves', async () => {
    const { exitCode, stdout, stderr } = await swe(
      ...['play', ...common(), '--injector-policy', server.url, '--injector-model', 'toy', '--strategy', 'direct'],
      ...NEARBY,
      ...['--group', '1', '--seed', '5', '--out', folder('injector-only')],
    );
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/The injector: toy at .* \(vllm/)]);
    expect(stdout).toMatch(/^tallybook@\w+ +1 +played +1 +1 of 1 solved +−0\.8$/m);
    expect(stdout).toMatch(/^injector: 1 episode/m);
    expect(stdout).not.toMatch(/^(solver|both roles):/m);
    const trajectories = await readTrajectories(folder('injector-only'));
    expect(trajectories.map(({ role, reward }) => [role, reward])).toEqual([['injector', -0.8]]);
  });

  test('a procedure injects and a model solves', async () => {
    const { exitCode, stdout } = await swe(
      ...['play', ...common(), '--solver-policy', server.url, '--model', 'toy', '--max-turns', '2', '--seed', '1'],
      ...NEARBY,
      ...['--strategy', 'mutation', '--group', '2', '--out', folder('solver-only')],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^solver: 2 episodes, 4 turns/m);
    const trajectories = await readTrajectories(folder('solver-only'));
    expect(trajectories.map(({ role, stop_reason }) => [role, stop_reason])).toEqual(
      Array(2).fill(['solver', 'turn-limit']),
    );
  });
});

describe('inject and solve with a model', () => {
  test('inject writes an artifact and a trajectory for each seed, side by side', async () => {
    // Of these seeds one draws removal and the other history.
    const outcome = await swe(
      ...['inject', ...common(), ...policy(), '--seed', '1', '--count', '2', '--concurrency', '2', '--json'],
      ...['--price', '1,1', '--out', folder('bugs')],
    );
    expect(outcome.exitCode).toBe(0);
    const result = parsed(as<{ artifacts: { id: string }[] }>(), outcome);
    expect(result).toMatchObject({ valid: 2, tried: 2, usage: { role: 'injector', episodes: 2 } });
    expect(new Set(result.artifacts.map(({ id }) => id)).size).toBe(2);
    const trajectories = lines(join(folder('bugs'), 'trajectories.jsonl')).map((line) =>
      trajectoryRecordSchema.parse(JSON.parse(line)),
    );
    // Of a valid bug the reward hangs on attempts that nobody has made.
    expect(trajectories.map(({ seed, reward_status }) => [seed, reward_status])).toEqual([
      [1, 'pending'],
      [2, 'pending'],
    ]);
    expect(trajectories.every(({ bug_id }) => bug_id !== null)).toBe(true);
  });

  test('solve grades the attempts of a model; they are in the group of the bug', async () => {
    const bug = readdirSync(folder('bugs')).filter((name) => name.startsWith('removal-or-history-'));
    const [injector] = lines(join(folder('bugs'), 'trajectories.jsonl')).map(
      (line) => JSON.parse(line) as TrajectoryRecord,
    );
    const outcome = await swe(
      ...['solve', join(folder('bugs'), bug[0]!), ...common(), ...policy(), '--attempts', '2', '--seed', '3'],
      ...NEARBY,
      ...['--price', '1,1', '--out', folder('attempts')],
    );
    const solved = Number(/^(\d) of 2 solved$/m.exec(outcome.stdout)![1]);
    expect(outcome.exitCode).toBe(solved > 0 ? 0 : 1);
    expect(outcome.stdout).toMatch(/^solver: 2 episodes, 12 turns, .* USD$/m);
    expect(outcome.stdout).toMatch(/^trajectories: .*attempts.trajectories.jsonl$/m);
    const trajectories = lines(join(folder('attempts'), 'trajectories.jsonl')).map((line) =>
      trajectoryRecordSchema.parse(JSON.parse(line)),
    );
    expect(trajectories.map(({ group_id, reward }) => [group_id, Math.abs(reward!)])).toEqual(
      Array(2).fill([injector!.bug_id, 1]),
    );
    // Played apart, both roles are settled together.
    const [settled] = computeRewards([injector!, ...trajectories], { groupSize: 2 });
    expect(settled!.reward).toBeCloseTo(solved === 1 ? 0.1 : -0.8, 12);
    expect(settled!.reward_components).toEqual({ valid: 1, graded: 2, solved, solve_rate: solved / 2 });
  });
});

describe('export', () => {
  const fields: Readonly<Record<string, readonly string[]>> = {
    jsonl: ['schema_version', 'trajectory_id', 'turns', 'reward'],
    skyrl: ['prompt_token_ids', 'response_ids', 'rewards', 'loss_masks', 'rollout_logprobs', 'is_last_step'],
    verl: ['prompt_ids', 'response_ids', 'response_mask', 'response_logprobs', 'reward_score'],
    slime: ['group_index', 'rollout_id', 'tokens', 'response_length', 'loss_mask', 'rollout_log_probs', 'status'],
    trl: ['prompt_ids', 'completion_ids', 'logprobs', 'env_mask', 'reward'],
    art: ['messages_and_choices', 'tools', 'reward', 'additional_histories'],
    atif: ['schema_version', 'steps', 'agent', 'final_metrics'],
    chat: ['messages'],
  };
  const formats = Object.keys(fields);
  const exportOf = (run: string, format: string, ...more: string[]): CommandLine => ({
    args: ['export', folder(run), '--format', format, '--out', folder(`${run}.${format}`), ...more],
  });
  let outcomes: Outcome[];
  beforeAll(async () => {
    outcomes = await sweEach([
      ...formats.map((format) => exportOf('first', format)),
      exportOf('first', 'chat', '--role', 'solver', '--out', folder('solvers')),
      exportOf('bugs', 'skyrl'),
      exportOf('never', 'skyrl'),
      exportOf('first', 'skyrl', '--out', folder('no/where')),
    ]);
  });

  test.each(formats)('as %s writes a line for each trajectory', (format) => {
    const file = folder(`first.${format}`);
    expect(outcomes[formats.indexOf(format)]).toEqual({
      exitCode: 0,
      stdout: `5 lines of 5 trajectories in ${file}\n`,
      stderr: '',
    });
    const written = lines(file).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(written).toHaveLength(5);
    for (const line of written) expect(Object.keys(line)).toEqual(expect.arrayContaining([...fields[format]!]));
  });

  test('takes one role, and says what it cannot take', () => {
    const [solvers, pending, none, nowhere] = outcomes.slice(formats.length);
    expect(solvers).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('4 lines of 4 trajectories') });
    expect(lines(folder('solvers'))).toHaveLength(4);
    expect(pending).toMatchObject({ exitCode: 1, stdout: '' });
    expect(pending!.stderr).toMatch(/left out 2 trajectories: .*pending/);
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no model has played there') });
    expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--out to name a file') });
  });
});

describe('what cannot be is told, and nothing is begun', () => {
  const url = () => server.url;
  const cases: [string, () => string[], number, RegExp][] = [
    ['a server without a model', () => ['--policy', url()], 2, /Expected --model, .* with --policy/],
    ['a model without a server', () => ['--model', 'toy'], 2, /Expected --policy, .* with --model/],
    ['a model of a role without a server', () => ['--solver-model', 'toy'], 2, /Expected --policy, .* --solver-model/],
    ['sampling without a model', () => ['--temperature', '1'], 2, /Expected --policy, .* with --temperature/],
    ['an address without http', () => ['--policy', 'localhost:8000', '--model', 'x'], 2, /--policy .*http:\/\//],
    [
      'an address with a password',
      () => ['--policy', 'http://me:hush@h/v1', '--model', 'x'],
      2,
      /without user and pass/,
    ],
    [
      'a run of another temperature',
      () => [...policy(), ...PLAY, '--temperature', '0.5', '--out', folder('first')],
      2,
      /injector is "toy .*temperature 1,.*there and "toy .*temperature 0\.5,/,
    ],
    ['a format that is near one', () => [...policy(), '--format', 'nativ'], 2, /Did you mean native\?/],
    ['a strategy without a model', () => ['--strategy', 'direct'], 2, /without a model to be one of mutation, removal/],
    ['a strategy of another kind', () => [...policy(), '--strategy', 'mutation'], 2, /one of direct, removal, history/],
    [
      'a variable without a key',
      () => [...policy(), '--api-key-env', 'NO_KEY'],
      2,
      /variable NO_KEY to hold an API key/,
    ],
    [
      'no directory of prompts',
      () => [...policy(), '--prompts', folder('nowhere')],
      2,
      /--prompts to name a directory/,
    ],
    [
      'a prompt with a slip in its name',
      () => [...policy(), '--prompts', folder('misnamed')],
      2,
      /Did you mean solve\.md\?/,
    ],
    [
      'a misspelt placeholder',
      () => [...policy(), '--prompts', folder('misspelt')],
      2,
      /direct\.md .*\{\{repositry\}\}/,
    ],
    [
      'a prompt without the task',
      () => [...policy(), '--prompts', folder('without')],
      2,
      /solve\.md .*\{\{specification\}\}/,
    ],
    ['a model that is not there', () => ['--policy', url(), '--model', 'tyo'], 2, /no model tyo.*models are: toy\./],
    [
      'nobody there',
      () => ['--policy', 'http://127.0.0.1:1/v1', '--model', 'x'],
      3,
      /Cannot reach .* at 127\.0\.0\.1:1/,
    ],
  ];
  const another = 'sk-quite-another-one';
  const keys: [string, string[], NonNullable<CommandLine['env']>, RegExp][] = [
    ['a wrong key', [], { SWE_SELFPLAY_API_KEY: another }, /401.*SWE_SELFPLAY_API_KEY, which is set\./],
    ['no key', [], { SWE_SELFPLAY_API_KEY: '' }, /401.*SWE_SELFPLAY_API_KEY, which is not set\./],
    ['a wrong key of one role', ['--solver-api-key-env', 'OTHER'], { OTHER: another }, /401.*OTHER, which is set\./],
  ];
  const outcomes = new Map<string, Outcome>();
  beforeAll(async () => {
    for (const name of ['misnamed', 'misspelt', 'without']) mkdirSync(folder(name));
    writeFileSync(join(folder('misnamed'), 'slove.md'), '{{specification}}');
    writeFileSync(join(folder('misspelt'), 'direct.md'), 'Break {{repositry}}.');
    writeFileSync(join(folder('without'), 'solve.md'), 'Mend it.');
    const play = ['play', ...common(), '--out', folder('never')];
    const all = await sweEach([
      ...cases.map(([, args]) => ({ args: [...play, ...args()] })),
      ...keys.map(([, args, env]) => ({ args: [...play, ...policy(), ...args], env })),
    ]);
    for (const [index, [name]] of [...cases, ...keys].entries()) outcomes.set(name, all[index]!);
  });

  test.each(cases)('%s', (name, _, exitCode, reason) => {
    expect(outcomes.get(name)).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(reason) });
  });
  test.each(keys)('%s', (name, _args, _env, reason) => {
    expect(outcomes.get(name)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(reason) });
  });

  test('no stack, no secret, no folder', () => {
    const texts = [...outcomes.values()].map(({ stderr }) => stderr).join('');
    expect(texts).not.toMatch(/\n {4}at |unexpected|hush|quite-another/);
    expect(readdirSync(scratch)).not.toContain('never');
  });
});

test('the API key is in no file and in nothing that was said', () => {
  expect(server.requests.some(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
  expect(said.join('\n')).not.toContain(KEY);
  const files = readdirSync(scratch, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(50);
  const holding = files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(KEY));
  expect(holding.map(({ name }) => name)).toEqual([]);
});

test('the model did what it was made for', () => {
  expect(server.failures).toEqual([]);
});
