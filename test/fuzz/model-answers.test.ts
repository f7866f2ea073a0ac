import { readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ModelPolicy,
  openModelPolicy,
  type Policy,
  PolicyError,
  TOOL_CALL_FORMATS,
  type Turn,
} from '../../packages/adapter/src/index.js';
import {
  recorded,
  type SmallServer,
  startSmallModel,
  startSmallServer,
} from '../../packages/adapter/test-support/small-server.js';
import { parseTrajectoryLine } from '../../packages/trajectory/src/index.js';
import { aTrajectory } from '../../packages/trajectory/test-support/a-trajectory.js';
import { attempts, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './effort.js';
import { createDice, type Dice, mutateBytes } from './mutate.mjs';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const RECORDED = new URL('../../packages/adapter/test-support/recorded/', import.meta.url);
/** Every answer that real servers gave. */
const answers: readonly Answer[] = ['vllm', 'sglang'].flatMap((engine) =>
  readdirSync(new URL(`${engine}/`, RECORDED))
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { status, headers, body } = recorded(`${engine}/${name.slice(0, -'.json'.length)}`);
      return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? '')) };
    }),
);
const chats = answers.filter(({ body }) => body.includes('"choices"'));
const streams = chats.filter(({ body }) => body.includes('data: '));

const BASH = { name: 'bash', description: 'Runs.', inputSchema: { type: 'object' }, textInput: 'the command' };
const VALUES = [
  'null',
  'true',
  '-1',
  '1e999',
  '-0',
  '1.5',
  '9007199254740993',
  '1e308',
  '""',
  '"\\ud800"',
  '"\\u0000"',
  '[]',
  '{}',
  '[null]',
  '[[[]]]',
  '{"__proto__":{"x":1}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `"${'x'.repeat(100_000)}"`,
  `[${'1,'.repeat(20_000)}1]`,
];

/** Other values, doubled keys, other types: JSON that is well-formed and not what was agreed on. */
function changeValues(dice: Dice, body: Buffer): Buffer {
  let text = body.toString();
  for (let left = 1 + dice.below(3); left > 0; left -= 1) {
    const fields = [
      ...text.matchAll(/("[\w]+"):\s*("(?:\\.|[^"\\])*"|-?[\d.]+(?:e-?\d+)?|null|true|false|\[\]|(?=[[{]))/g),
    ];
    if (fields.length === 0) return body;
    const { 0: found, 1: key, index } = dice.pick(fields);
    const instead = dice.chance(0.3) ? `${key}:${dice.pick(VALUES)},${found}` : `${key}:${dice.pick(VALUES)}`;
    const end = found.endsWith(':') ? ',"moved":' : '';
    text = text.slice(0, index) + instead + end + text.slice(index + found.length);
  }
  return Buffer.from(text);
}

function mutantOf(dice: Dice, among: readonly Answer[]): Answer {
  const { status, headers, body } = dice.pick(among);
  const roll = dice.next();
  const changed = roll < 0.45 ? changeValues(dice, body) : Buffer.from(mutateBytes(dice, body, dice.pick(among).body));
  const type = dice.pick([
    'application/json',
    'text/event-stream',
    'text/html',
    'TEXT/EVENT-STREAM; charset=utf-7',
    '',
  ]);
  return {
    status: dice.chance(0.15) ? dice.pick([200, 204, 206, 301, 400, 413, 422, 429, 500, 503, 599]) : status,
    headers: {
      ...(dice.chance(0.8) ? headers : { 'content-type': type }),
      ...(dice.chance(0.1) && {
        'retry-after': dice.pick(['0', '-1', '1e9', 'never', '99999999999', 'Thu, 01 Jan 1970 00:00:00 GMT']),
      }),
      ...(dice.chance(0.05) && { location: dice.pick(['/', 'http://[', 'file:///etc/passwd', 'x'.repeat(3000)]) }),
      ...(dice.chance(0.05) && { 'content-encoding': dice.pick(['gzip', 'br', 'nonsense']) }),
    },
    body: changed,
  };
}

/** Sends an answer in pieces, cut anywhere, or breaks the connection on the way. */
function send(dice: Dice, { status, headers, body }: Answer, response: ServerResponse): void {
  try {
    response.writeHead(status, headers);
  } catch {
    response.writeHead(200);
  }
  const cuts = [
    0,
    ...Array.from({ length: dice.below(4) }, () => dice.below(body.length)).sort((a, b) => a - b),
    body.length,
  ];
  const breaks = dice.chance(0.08);
  for (const [index, start] of cuts.slice(0, -1).entries()) {
    if (breaks && index > 0) {
      response.destroy();
      return;
    }
    response.write(body.subarray(start, cuts[index + 1]));
  }
  if (dice.chance(0.03)) response.socket?.write('\r\nZZZ no chunk\r\n\0');
  response.end();
}

let dice = createDice(0);
let among: readonly Answer[] = chats;
let server: SmallServer;
const policies: ModelPolicy[] = [];

beforeAll(async () => {
  server = await startSmallModel({ chat: () => (response) => send(dice, mutantOf(dice, among), response) });
  for (const format of Object.values(TOOL_CALL_FORMATS)) policies.push(await open(server, { format, stream: false }));
  policies.push(await open(server, { format: TOOL_CALL_FORMATS.native, stream: true }));
});

afterAll(async () => {
  for (const policy of policies) await policy.close();
  await server.close();
});

function open(
  to: SmallServer,
  options: Pick<Parameters<typeof openModelPolicy>[0], 'format' | 'stream'>,
): Promise<ModelPolicy> {
  return openModelPolicy({
    ...options,
    baseUrl: to.baseUrl,
    model: 'tiny',
    retry: { attempts: 2, minMs: 1, maxMs: 1 },
    maxAnswerBytes: 2 ** 20,
    requestTimeoutMs: 20_000,
    probeTimeoutMs: 20_000,
  });
}

async function respond(policy: Policy, messages: Parameters<Policy['respond']>[0]['messages']) {
  return policy.respond({ messages, tools: [BASH] }, { signal: AbortSignal.timeout(30_000), rolloutId: 'r' });
}

/** What is recorded of a turn can be written, read again as the same, and makes sense where it has token data. */
function expectSound(turn: Turn): void {
  const { record } = turn.sample!;
  const stored = aTrajectory({ turns: [{ index: 0, messages_delta: [], extends_turn: null, ...record }] });
  expect(() => parseTrajectoryLine(JSON.stringify(stored), 1)).not.toThrow();
  expect(JSON.parse(JSON.stringify(turn.toolCalls))).toHaveLength(turn.toolCalls.length);
  expect(turn.malformed === undefined).toBe(turn.toolCalls.length > 0);
  expect(record.response.role).toBe('assistant');
  const isId = (id: unknown) => Number.isSafeInteger(id) && (id as number) >= 0;
  for (const ids of [record.prompt_token_ids, record.completion_token_ids]) expect((ids ?? []).every(isId)).toBe(true);
  const logprobs = record.completion_logprobs;
  if (logprobs === null) return;
  expect(logprobs).toHaveLength(record.completion_token_ids!.length);
  expect(logprobs.every((each) => Number.isFinite(each) && each <= 0)).toBe(true);
}

test.each([
  ['whole answers', () => chats, 250],
  ['streams', () => streams, 100],
  ['answers to anything at all', () => answers, 100],
] as const)(
  'mutants of real %s are turns that can be recorded and said again, or errors of the server',
  async (_, from, runs) => {
    among = from();
    let turns = 0;
    for (const number of attempts(runs)) {
      dice = createDice(FUZZ_SEED + number * 17 + runs);
      const policy = from() === streams ? policies.at(-1)! : dice.pick(policies);
      const messages = [{ role: 'user', text: 'List the files.' }] as const;
      const turn = await respond(policy, messages).catch((error: unknown) => error);
      if (turn instanceof PolicyError || (turn as { status?: string }).status === 'context-overflow') continue;
      if (turn instanceof Error) throw new Error(`attempt ${number}: ${turn.stack}`);
      turns += 1;
      const { text, toolCalls, sample } = turn as Turn;
      expectSound(turn as Turn);
      const said = { role: 'assistant', text, toolCalls, raw: sample!.record.response } as const;
      const replies = toolCalls.map(({ id, tool }) => ({ role: 'tool', callId: id, tool, text: 'Done.' }) as const);
      const next = await respond(policy, [...messages, said, ...replies]).catch((error: unknown) => error);
      if (next instanceof Error && !(next instanceof PolicyError))
        throw new Error(`attempt ${number}, said again: ${next.stack}`);
    }
    expect(turns).toBeGreaterThan(0);
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'a server that introduces itself with nonsense is opened or refused',
  async () => {
    let current = createDice(1);
    const odd = await startSmallServer(
      () => (response) => send(current, mutantOf(current, current.chance(0.5) ? chats : answers), response),
    );
    let opened = 0;
    for (const number of attempts(40)) {
      current = createDice(FUZZ_SEED + number);
      const format = current.chance(0.5) ? 'auto' : TOOL_CALL_FORMATS.cwm;
      const policy = await open(odd, { format, stream: current.chance(0.3) }).catch((error: unknown) => error);
      if (policy instanceof Error) {
        if (!(policy instanceof PolicyError)) throw new Error(`attempt ${number}: ${policy.stack}`);
        continue;
      }
      opened += 1;
      expect(JSON.parse(JSON.stringify((policy as ModelPolicy).description.record))).toEqual(
        (policy as ModelPolicy).description.record,
      );
      await (policy as ModelPolicy).close();
    }
    expect(opened).toBeGreaterThan(0);
    await odd.close();
  },
  FUZZ_TIMEOUT_MS,
);
