import { createSandboxProvider, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startModelServer } from '../../test-support/model-server/model-server.js';
import type { ModelServer, ModelServerOptions } from '../../test-support/model-server/model-server-options.js';
import { type CallFormat, playSteps } from '../../test-support/model-server/scripted-models.js';
import { type RolloutRequest, runRollout } from '../run-rollout.js';
import { cwmFormat } from '../tool-formats/cwm.js';
import { fenceFormat } from '../tool-formats/fence.js';
import { nativeFormat } from '../tool-formats/native.js';
import { xmlFormat } from '../tool-formats/xml.js';
import { createPlainToolSet } from '../tool-sets/plain.js';
import type { Trajectory } from '../trajectory.js';
import type { ModelPolicyOptions } from './model-policy-options.js';
import { type ModelPolicy, openModelPolicy } from './open-model-policy.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

const FORMATS = { native: nativeFormat, cwm: cwmFormat, xml: xmlFormat, fence: fenceFormat };

/** Looks, changes a file and hands in. */
function fixer(format: CallFormat) {
  return playSteps(
    [
      { tool: 'bash', input: { command: 'cat note.txt' }, say: 'I look first.' },
      { tool: 'bash', input: { command: "printf 'new\\n' > note.txt" } },
      { tool: 'submit', input: {}, text: '.' },
    ],
    { format },
  );
}

interface Played {
  readonly trajectory: Trajectory;
  readonly server: ModelServer;
  readonly policy: ModelPolicy;
}

async function play(
  serverOptions: Partial<ModelServerOptions> & Pick<ModelServerOptions, 'engine' | 'model'>,
  policyOptions: Partial<ModelPolicyOptions> = {},
  request: Partial<RolloutRequest> = {},
): Promise<Played> {
  const server = await startModelServer(serverOptions);
  const policy = await openModelPolicy({
    baseUrl: server.url,
    model: 'toy',
    format: 'auto',
    retry: { attempts: 3, minMs: 1, maxMs: 5 },
    ...policyOptions,
  });
  try {
    const files = new Map([['note.txt', { mode: '100644' as const, content: Buffer.from('old\n') }]]);
    const trajectory = await withSandbox(provider, { base: undefined, changes: files }, (sandbox) =>
      runRollout({
        id: 'one',
        policy,
        sandbox,
        toolSet: createPlainToolSet(),
        role: { submission: { kind: 'patch' }, extra: [] },
        prompt: [{ role: 'user', text: 'Make the note new.' }],
        ...request,
      }),
    );
    return { trajectory, server, policy };
  } finally {
    await policy.close();
    await server.close();
  }
}

const games = (['vllm', 'sglang'] as const).flatMap((engine) =>
  (['native', 'cwm', 'xml', 'fence'] as const).map((format) => [engine, format] as const),
);

test.each(games)('a model on %s plays a rollout with %s calls that can be trained on', async (engine, format) => {
  const { trajectory, policy } = await play({ engine, model: fixer(format) }, { format: FORMATS[format] });
  expect(trajectory.end.status).toBe('submitted');
  expect(trajectory.formatErrors).toBe(0);
  expect(policy.capabilities).toMatchObject({ engine, capture: 'train' });
  expect(trajectory.turns).toHaveLength(3);
  // Each prompt goes on exactly where the answer before it ended, so nothing is recorded twice.
  expect(trajectory.turns.map((turn) => turn.extends_turn)).toEqual([null, 0, 1]);
  expect(trajectory.turns.filter((turn) => turn.restarts_messages)).toEqual([]);
  for (const turn of trajectory.turns) expect(turn.completion_logprobs).toHaveLength(turn.completion_token_ids!.length);
  expect(new Set(trajectory.toolEvents.map((event) => event.call_id)).size).toBe(3);
});

test('a streamed rollout of vLLM is recorded as a whole one', async () => {
  const model = fixer('native');
  const { trajectory: streamed } = await play({ engine: 'vllm', model }, { stream: true });
  const { trajectory: whole } = await play({ engine: 'vllm', model });
  const ids = ({ turns }: Trajectory) => turns.map((turn) => [turn.prompt_token_ids, turn.completion_token_ids]);
  expect(streamed.end.status).toBe('submitted');
  expect(ids(streamed)).toEqual(ids(whole));
});

test('without a parser on the server the calls are read from the text', async () => {
  for (const engine of ['vllm', 'sglang'] as const) {
    const { trajectory, policy } = await play({ engine, model: fixer('cwm'), hasToolParser: false });
    expect(policy.capabilities).toMatchObject({ format: 'cwm', capture: 'train' });
    expect(trajectory.end.status).toBe('submitted');
  }
});

test('faults of the server leave no trace but the count of samples that were thrown away', async () => {
  const faults = ['reset', 'cut', 'not-json', 'slow'] as const;
  // The first two requests are those of the opening.
  const fault = (index: number) => faults[index - 2];
  const { trajectory } = await play(
    { engine: 'vllm', model: fixer('native'), fault },
    { format: nativeFormat, retry: { attempts: 5, minMs: 1, maxMs: 5 } },
  );
  expect(trajectory.end.status).toBe('submitted');
  expect(trajectory.turns.map(({ retries }) => retries)).toEqual([3, 0, 0]);
});

test('a server that fails for good is nobody’s failure to solve', async () => {
  const fault = (index: number) => (index < 2 ? undefined : { status: 503, body: { error: 'paused' } });
  const { trajectory } = await play({ engine: 'vllm', model: fixer('native'), fault }, { format: nativeFormat });
  expect(trajectory.end).toMatchObject({ status: 'policy-failed', reason: expect.stringContaining('failed 3 times') });
});

test.each(['old', 'passed', 'new'] as const)('ends cleanly where the context is full (%s)', async (overflowText) => {
  const model = playSteps([], { afterwards: { tool: 'bash', input: { command: 'seq 1 200' } } });
  const { trajectory } = await play(
    { engine: 'vllm', model, overflowText, contextTokens: 4_000 },
    { format: nativeFormat, sampling: { maxTokens: 1_000 } },
  );
  expect(trajectory.end.status).toBe('context-overflow');
  expect(trajectory.turns.length).toBeGreaterThan(1);
});

test('the end of the rollout ends the request that is under way', async () => {
  const { trajectory, server } = await play(
    { engine: 'vllm', model: fixer('native'), fault: (index) => (index < 2 ? undefined : 'hang') },
    { format: nativeFormat },
    { timeoutMs: 300 },
  );
  expect(trajectory.end).toEqual({ status: 'timed-out', timeoutMs: 300 });
  expect(server.requests.at(-1)!.isAbandoned).toBe(true);
  expect(server.concurrency.now).toBe(0);
});

test('the weights of each turn are recorded where the server tells them', async () => {
  for (const engine of ['vllm', 'sglang'] as const) {
    const { trajectory } = await play({ engine, model: fixer('native'), weightVersion: () => 'step-3' });
    for (const turn of trajectory.turns)
      expect(turn).toMatchObject({ weight_version_start: 'step-3', weight_version_end: 'step-3' });
  }
});

test('a plain server is played from text alone', async () => {
  const { trajectory, policy } = await play({ engine: 'plain', model: fixer('native') });
  expect(policy.capabilities).toMatchObject({ engine: 'other', capture: 'text' });
  expect(trajectory.end.status).toBe('submitted');
  expect(trajectory.turns[0]).toMatchObject({ prompt_token_ids: null, completion_logprobs: null });
});
