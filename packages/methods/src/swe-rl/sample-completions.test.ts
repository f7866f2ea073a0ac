import { openModelPolicy, type Policy } from '@swe-selfplay/adapter';
import { createSnapshot, memoryBase } from '@swe-selfplay/artifact';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startModelServer } from '../../../adapter/test-support/model-server/model-server.js';
import type { ModelServer } from '../../../adapter/test-support/model-server/model-server-options.js';
import { applyAnswer } from './apply-answer.js';
import { completionId, sampleCompletions } from './sample-completions.js';

const BLOCK = '```python\n### a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```';
const TEXT = `<solution>\n${BLOCK}\n</solution>`;
const requests = Array.from({ length: 6 }, (_, index) => ({
  prompt: 'Repair it.',
  rolloutId: completionId('repair', 'a task', 1, index),
}));

const servers: ModelServer[] = [];
async function serve(reasoningParser: boolean): Promise<ModelServer> {
  const model = () => ({ reasoning: 'One is too few.', text: TEXT });
  const server = await startModelServer({ engine: 'vllm', model, reasoningParser, thinkMs: 20 });
  servers.push(server);
  return server;
}
let apart: ModelServer;
let together: ModelServer;
beforeAll(async () => {
  [apart, together] = [await serve(true), await serve(false)];
});
afterAll(async () => {
  for (const server of servers) await server.close();
});

test.each([
  ['keeps reasoning apart', () => apart],
  ['leaves it in the text', () => together],
])('answers of a server that %s have the format of SWE-RL, with their tokens', async (_title, serverOf) => {
  const server = serverOf();
  const open = (temperature: number) =>
    openModelPolicy({ baseUrl: server.url, model: 'toy', format: 'auto', sampling: { temperature, seed: 3 } });
  const [first, others] = [await open(0), await open(1)];
  const before = server.requests.length;
  const answers = await sampleCompletions({ first, others }, requests, { concurrency: 3 });
  const snapshot = createSnapshot(memoryBase({ 'a.py': 'x = 1\n' }));
  for (const [index, answer] of answers.entries()) {
    if (answer.status !== 'answered') throw new Error(answer.reason);
    expect(answer.rolloutId).toBe(requests[index]!.rolloutId);
    expect(answer.text).toContain('One is too few.');
    expect(await applyAnswer(snapshot, new Map([['a.py', 'x = 1\n']]), answer.text)).toMatchObject({
      status: 'patched',
    });
    expect(answer.sample!.record.completion_token_ids!.length).toBeGreaterThan(10);
  }
  const bodies = server.requests.slice(before).map(({ body }) => body as { temperature: number; seed: number });
  expect(bodies.map(({ temperature }) => temperature).sort()).toEqual([0, 1, 1, 1, 1, 1]);
  expect(new Set(bodies.map(({ seed }) => seed)).size).toBe(6);
  expect(server.concurrency.peak).toBeLessThanOrEqual(3);
});

test('a policy that fails, hangs or cannot read the prompt fails that answer alone', async () => {
  const moody: Policy = {
    name: 'moody',
    async respond(_, { rolloutId }) {
      const place = requests.findIndex((request) => request.rolloutId === rolloutId);
      if (place === 0) throw new Error('no route');
      if (place === 1) return new Promise(() => {});
      if (place === 2) return { status: 'context-overflow', reason: 'too long' };
      return { text: 'Yes.', toolCalls: [] };
    },
  };
  const answers = await sampleCompletions(moody, requests, { timeoutMs: 100 });
  expect(answers.map(({ status }) => status)).toEqual([
    ...['failed', 'failed', 'overflow'],
    ...['answered', 'answered', 'answered'],
  ]);
});
