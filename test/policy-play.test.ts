import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  computeRewards,
  createPolicyInjector,
  createPolicySolver,
  type Environment,
  openEnvironment,
  openModelPolicy,
  openSession,
  playRound,
  type Round,
  type Session,
  TOOL_CALL_FORMATS,
  toSkyRLSteps,
  toTrainingSequences,
  trajectoryRecordSchema,
  validateTrajectory,
} from 'swe-selfplay';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { startModelServer } from '../packages/adapter/test-support/model-server/model-server.js';
import { createTallybookModel } from './support/tallybook-players.js';

const RULES = { minPassingTests: 10, timeoutMs: 60_000 };

let place: string;
let environment: Environment;
let session: Session;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'policy-play-'));
  await makeRepository(join(place, 'tallybook'));
  environment = await openEnvironment({ directory: join(place, 'tallybook') });
  session = await openSession({ cacheDirectory: join(place, 'cache') });
});
afterAll(async () => {
  await session?.close();
  await environment?.close();
  await rm(place, { recursive: true, force: true });
});

interface PlayRequest {
  readonly engine: 'vllm' | 'sglang' | 'plain';
  readonly format: keyof typeof TOOL_CALL_FORMATS;
  readonly groupSize: number;
  readonly settle?: 'library' | 'trainer';
}

/** A round in which one model plays both roles, over HTTP. */
async function play({ engine, format, groupSize, settle }: PlayRequest): Promise<Round> {
  const model = createTallybookModel({ format: format as 'cwm', solves: (seed) => seed % 2 === 0 });
  let updates = 0;
  const server = await startModelServer({
    engine,
    model,
    modelName: 'toy',
    weightVersion: () => `step-${40 + Math.floor(updates++ / 50)}`,
    // The weights are updated now and then, and a sample is lost.
    fault: (index) =>
      index % 9 === 8 ? { status: 503, headers: { 'retry-after': '0' }, body: { error: 'paused' } } : undefined,
  });
  const policy = await openModelPolicy({
    baseUrl: server.url,
    model: 'toy',
    format: TOOL_CALL_FORMATS[format]!,
    sampling: { seed: 3 },
    retry: { minMs: 1, maxMs: 5 },
  });
  try {
    const injector = createPolicyInjector(policy, { provider: session.provider, strategy: 'direct', rules: RULES });
    const solver = createPolicySolver(policy);
    const leakSearch = { scope: 'workspace' } as const;
    const options = { seed: 5, groupSize, jobs: 2, concurrency: groupSize, rules: RULES, settle, leakSearch };
    return await playRound(environment, { ...session, injector, solver }, options);
  } finally {
    await policy.close();
    await server.close();
    expect(server.failures).toEqual([]);
  }
}

/** A round as JSON readers get it. */
function readBack({ trajectories }: Round) {
  return trajectories.map((trajectory) => trajectoryRecordSchema.parse(JSON.parse(JSON.stringify(trajectory))));
}

describe('a model that plays both roles', () => {
  test('through a vLLM server: bugs, repairs, rewards, and trajectories that can be trained on', async () => {
    const round = await play({ engine: 'vllm', format: 'native', groupSize: 6 });
    expect(round.candidates.map(({ status, injection }) => [status, injection.status])).toEqual([
      ['valid', 'submitted'],
    ]);
    const solved = round.attempts!.filter(({ status }) => status === 'solved').length;
    expect(round.attempts!.map(({ evaluation }) => evaluation!.reason).join('\n')).not.toContain('empty');
    expect(solved).toBeGreaterThan(0);
    expect(solved).toBeLessThan(6);
    expect(round.end.injectorReward).toBeCloseTo(1 - 1.8 * (solved / 6), 12);

    const [injector, ...solvers] = readBack(round);
    expect(injector).toMatchObject({ role: 'injector', stop_reason: 'submitted', capture: 'train', trainable: true });
    expect(injector!.counts).toMatchObject({ turns: 13, checks: 1, format_errors: 0 });
    expect(solvers).toHaveLength(6);
    for (const trajectory of [injector!, ...solvers]) {
      expect(validateTrajectory(trajectory).filter(({ level }) => level !== 'INFO')).toEqual([]);
      // What was said is said again as it was: the whole conversation is one sequence.
      const sequences = toTrainingSequences(trajectory);
      expect(sequences).toHaveLength(1);
      const sampled = trajectory.turns.reduce((sum, turn) => sum + turn.completion_token_ids!.length, 0);
      expect(sequences[0]!.loss_mask.reduce<number>((sum, mask) => sum + mask, 0)).toBe(sampled);
      expect(trajectory.turns.every(({ weight_version_start: version }) => /^step-\d+$/.test(version!))).toBe(true);
    }
    expect(solvers.map(({ group_id }) => group_id)).toEqual(Array(6).fill(injector!.bug_id));
    expect(solvers.map(({ parent_ids }) => parent_ids)).toEqual(Array(6).fill([injector!.trajectory_id]));
    expect(solvers.map(({ reward }) => reward)).toEqual(
      round.attempts!.map(({ status }) => (status === 'solved' ? 1 : -1)),
    );
    expect(solvers.every(({ counts }) => counts.format_errors === 1)).toBe(true);
    expect([injector!, ...solvers].some(({ turns }) => turns.some(({ retries }) => retries > 0))).toBe(true);
    expect(
      toSkyRLSteps([injector!, ...solvers])
        .rewards.flat()
        .filter((reward) => reward !== 0),
    ).toHaveLength(7);
  });

  test.each([
    { engine: 'sglang', format: 'cwm' },
    { engine: 'vllm', format: 'xml' },
  ] as const)('through $engine in the $format format', async ({ engine, format }) => {
    const round = await play({ engine, format, groupSize: 2 });
    expect(round.end.status).toBe('played');
    const trajectories = readBack(round);
    expect(trajectories).toHaveLength(3);
    for (const trajectory of trajectories) {
      expect(trajectory.capture).toBe('train');
      expect(toTrainingSequences(trajectory)).toHaveLength(1);
    }
  });

  test('with a server that tells nothing of tokens it is played and not trained on; the trainer may settle', async () => {
    const round = await play({ engine: 'plain', format: 'fence', groupSize: 2, settle: 'trainer' });
    expect(round.rewards.map(({ reward }) => reward)).not.toContain(null);
    const open = readBack(round);
    expect(open.map(({ reward, reward_status }) => [reward, reward_status])).toEqual(Array(3).fill([null, 'pending']));
    const settled = computeRewards(open, { groupSize: 2 });
    expect(settled.map(({ reward }) => reward)).toEqual(round.rewards.map(({ reward }) => reward));
    expect(settled.map(({ trainable }) => trainable)).toEqual([false, false, false]);
  });

  test('nothing of an episode is left behind', () => {
    expect(existsSync('/tmp/bug')).toBe(false);
  });
});
