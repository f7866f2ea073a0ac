import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_CHECKS } from '@swe-selfplay/injector';
import { z } from 'zod';

/** What decides what a run plays. Two plays with equal settings play the same, however often they are interrupted. */
export interface RunSettings {
  readonly seed: number;
  readonly rounds: number;
  readonly groupSize: number;
  readonly tries: number;
  readonly alpha: number;
  readonly higherOrder: number;
  readonly settle: 'library' | 'trainer';
  readonly injector: string;
  readonly solver: string;
  readonly rules: Readonly<Record<string, number | boolean>>;
  /** Ids of the checks that a bug must pass. */
  readonly checks: readonly string[];
  readonly refusedFlags: readonly string[];
  readonly hiddenShare: number;
  readonly onLeak: 'off' | 'report' | 'scrub' | 'refuse';
  /** Key of each environment: its name and what its code is. */
  readonly environments: readonly string[];
}

export const FORMAT_VERSION = 2;

/** What `run.json` holds. */
export const runFileSchema: z.ZodType<{ readonly formatVersion: 2; readonly settings: RunSettings }> = z.strictObject({
  formatVersion: z.literal(FORMAT_VERSION),
  settings: z.strictObject({
    seed: z.int().min(0),
    rounds: z.int().min(1),
    groupSize: z.int().min(1),
    tries: z.int().min(1),
    alpha: z.number().min(0).max(1),
    higherOrder: z.int().min(0),
    settle: z.enum(['library', 'trainer']),
    injector: z.string(),
    solver: z.string(),
    rules: z.record(z.string(), z.union([z.number(), z.boolean()])),
    // Runs of before these could be set were played with these.
    checks: z.array(z.string()).default(() => DEFAULT_CHECKS.map(({ id }) => id)),
    refusedFlags: z.array(z.string()).default([]),
    hiddenShare: z.number().min(0).max(1).default(0),
    onLeak: z.enum(['off', 'report', 'scrub', 'refuse']).default('off'),
    environments: z.array(z.string()).min(1),
  }),
});

/** One line for each setting that is not the same, such as `seed is 1 there and 2 now`. */
export function settingsDifferences(stored: RunSettings, asked: RunSettings): string[] {
  const names = Object.keys(asked) as (keyof RunSettings)[];
  return names
    .filter((name) => !isDeepStrictEqual(stored[name], asked[name]))
    .map((name) => `${name} is ${JSON.stringify(stored[name])} there and ${JSON.stringify(asked[name])} now`);
}
