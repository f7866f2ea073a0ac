import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunSelection, TrainingSignal } from 'swe-selfplay';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { startModelServer } from '../packages/adapter/test-support/model-server/model-server.js';
import type { ModelServer } from '../packages/adapter/test-support/model-server/model-server-options.js';
import { type CommandLine, type Outcome, parsed, runEach, startCommand } from './support/command-line.js';
import { createTallybookModel } from './support/tallybook-players.js';

const RIGHT = 'min(day.day, days_in_month(year, month))';
const ATTEMPTS = 4;

let scratch: string;
let model: ModelServer;
let critic: Server;
/** What the critic was asked, as text. */
const asked: string[] = [];
const folder = (name: string) => join(scratch, name);
const common = () => ['--repo', folder('tallybook'), '--cache', folder('cache'), '--jobs', '2'];
const selection: { parse(value: unknown): RunSelection } = { parse: (value) => value as RunSelection };

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'select-'));
  await makeRepository(folder('tallybook'));
  model = await startModelServer({
    engine: 'vllm',
    model: createTallybookModel({ solves: (seed) => seed % 2 === 0 }),
  });
  critic = await startCritic();
  const played = await startCommand({
    args: [
      'play',
      ...common(),
      '--policy',
      model.url,
      '--model',
      'toy',
      '--group',
      `${ATTEMPTS}`,
      '--seed',
      '4',
    ].concat(
      '--strategy',
      'removal',
      '--tries',
      '1',
      '--leak-scope',
      'workspace',
      '--hints',
      '--history',
      'last-5',
      '--out',
      folder('run'),
    ),
  }).ended;
  expect([played.exitCode, played.stderr]).toEqual([0, expect.stringContaining(`${ATTEMPTS} solved`)]);
}, 120_000);

afterAll(async () => {
  await model?.close();
  critic?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Takes those for solved who wrote what is right. */
async function startCritic(): Promise<Server> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    asked.push(text);
    const said = JSON.parse(text) as { messages: { role: string; content: string }[] };
    const isRight = said.messages.some(({ role, content }) => role === 'assistant' && content.includes(RIGHT));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: [{ probs: { success: isRight ? 0.9 : 0.2 } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function select(...args: string[]): Promise<Outcome> {
  return startCommand({ args: ['select', folder('run'), ...common(), ...args] }).ended;
}

test('every method chooses an attempt that solves the bug, and says what it took', async () => {
  const outcome = await select('--json');
  expect(outcome.exitCode).toBe(0);
  const { bugs, graded, solved, chance, passAtK, methods } = parsed(selection, outcome);
  expect([bugs, graded]).toEqual([1, ATTEMPTS]);
  expect(solved).toBeGreaterThan(0);
  expect(solved).toBeLessThan(ATTEMPTS);
  expect(chance).toBe(solved / ATTEMPTS);
  expect(passAtK.at(0)).toEqual({ k: 1, value: expect.closeTo(solved / ATTEMPTS, 12) });
  expect(passAtK.at(-1)).toEqual({ k: ATTEMPTS, value: 1 });
  expect(methods.map(({ method }) => method)).toEqual([
    'kimi-dev',
    'swe-swiss',
    'deepswe',
    'swe-rl',
    'critic',
    'infcode',
  ]);
  for (const { solvedShare, tally, choices } of methods) {
    expect([solvedShare, choices.length]).toEqual([1, 1]);
    // Attempts of a kind come to the same state, which is run once.
    expect(tally.distinct).toBeLessThan(tally.requested);
  }
  expect(methods[0]!.tally.executed).toBeGreaterThan(0);
  expect(methods.at(-1)!.tally.executed).toBe(0);
});

test('the table holds the choice against chance and the best there is; runs are found in the cache', async () => {
  const { exitCode, stdout, stderr } = await select('--method', 'kimi-dev,infcode', '--tests', '2');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^method {2,}solved@1/);
  expect(stdout).toMatch(/kimi-dev +100\.0 % +1\/1 +1 +\d+ +\d+ +0\n/);
  expect(stdout).toMatch(/chance \d+\.\d %, pass@1 \d+\.\d %, pass@2 .*pass@4 100\.0 %/);
  expect(stderr).toMatch(/infcode for tallybook@\w+ round 1: attempt \d/);
});

test('a critic behind a server scores what was said', async () => {
  const { port } = critic.address() as AddressInfo;
  const server = ['--critic', `http://127.0.0.1:${port}`, '--critic-model', 'judge', '--critic-kind', 'classify'];
  // Without tests nothing but the critic decides.
  const outcome = await select('--method', 'critic', '--tests', '0', ...server, '--json');
  expect(outcome.exitCode).toBe(0);
  const { methods } = parsed(selection, outcome);
  expect(methods[0]!.choices[0]).toMatchObject({ outcome: 'solved', tests: { kept: 0, written: 0 } });
  expect(asked).toHaveLength(ATTEMPTS);
  expect(asked.every((text) => text.includes('"model":"judge"'))).toBe(true);
});

test('wrong usage is told', async () => {
  const lines: (CommandLine & { readonly says: RegExp })[] = [
    { args: ['select', folder('run'), ...common(), '--method', 'kimi'], says: /got kimi\. Did you mean kimi-dev\?/ },
    { args: ['select', folder('none'), ...common()], says: /none/ },
    { args: ['select', folder('run')], says: /Expected --repo/ },
    { args: ['select', folder('run'), '--repo', folder('run'), '--no-cache'], says: /error: / },
    { args: ['select', folder('run'), ...common(), '--critic-model', 'judge'], says: /Expected --critic,/ },
    { args: ['select', folder('run'), ...common(), '--critic', 'http://x'], says: /Expected --critic-model/ },
    { args: ['select', folder('run'), ...common(), '--noise', '2'], says: /from 0 to 1/ },
    { args: ['simulate', '--group', '1'], says: /from 2/ },
    { args: ['export', folder('run'), '--format', 'advantages', '--out', 'x'], says: /Expected --method/ },
  ];
  const outcomes = await runEach(lines);
  for (const [index, { exitCode, stdout, stderr }] of outcomes.entries()) {
    expect([index, exitCode, stdout]).toEqual([index, 2, '']);
    expect(stderr).toMatch(lines[index]!.says);
  }
});

test('a run is exported for a critic, as advantages, and filtered', async () => {
  const out = (name: string) => folder(`${name}.jsonl`);
  const [critic, advantages, strict] = await runEach([
    { args: ['export', folder('run'), '--format', 'critic', '--role', 'solver', '--out', out('critic')] },
    { args: ['export', folder('run'), '--format', 'advantages', '--method', 'skyrl', '--out', out('advantages')] },
    { args: ['export', folder('run'), '--format', 'jsonl', '--filter', 'light', '--out', out('light')] },
  ]);
  expect([critic!.exitCode, advantages!.exitCode, strict!.exitCode]).toEqual([0, 0, 0]);
  const lines = <Line>(name: string) =>
    readFileSync(out(name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  const samples = lines<{ passed: boolean; actions: number; labels: number[] }>('critic');
  expect(samples).toHaveLength(ATTEMPTS);
  for (const { passed, actions, labels } of samples)
    expect(labels).toEqual(labels.map((_, index) => (passed ? expect.closeTo(0.99 ** (actions - 1 - index), 12) : 0)));
  const solver = lines<TrainingSignal>('advantages').filter(({ role }) => role === 'solver');
  expect(solver.reduce((sum, { advantage }) => sum + advantage!, 0)).toBeCloseTo(0, 12);
  const passing = samples.filter(({ passed }) => passed).length;
  expect(lines('light')).toHaveLength(passing + 1);
});
