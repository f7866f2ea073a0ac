import { GRPO_PRESETS } from '../advantages/grpo-advantages.js';
import { COMPACT_FILTERS } from '../filters/compact-filtering.js';
import type { MethodPreset } from './method-preset.js';

export type MethodName =
  | 'grpo'
  | 'dr-grpo'
  | 'dapo'
  | 'ssr'
  | 'skyrl'
  | 'kimi-dev'
  | 'swe-swiss'
  | 'nebius-1'
  | 'nebius-2'
  | 'deepswe'
  | 'swe-rl';

/** What a source that names nothing more than its algorithm leaves open. */
const UNSAID = {
  rewards: null,
  clip: null,
  aggregation: null,
  klCoefficient: null,
  lengthPenalty: null,
  compactFilter: COMPACT_FILTERS.none,
  leavesOut: null,
  groupSize: null,
  learningRate: null,
  tasksPerIteration: null,
  contextTokens: null,
  maxSteps: null,
} as const;

const DAPO: MethodPreset = {
  ...UNSAID,
  source: 'arXiv 2503.14476, sections 3 and 4.1',
  rewards: { solved: 1, unsolved: -1 },
  advantage: { method: 'grpo', options: GRPO_PRESETS.verl },
  clip: { low: 0.2, high: 0.28 },
  aggregation: { mode: 'token-mean' },
  klCoefficient: 0,
  lengthPenalty: { unit: 'tokens', maximum: 20480, cache: 4096 },
  leavesOut: 'uniform-groups',
  groupSize: 16,
  learningRate: 1e-6,
  tasksPerIteration: 512,
};

const NEBIUS: MethodPreset = {
  ...UNSAID,
  source: 'arXiv 2508.03501, Eq. 2-4 and 8; kind of deviation and delta are not said there',
  rewards: { solved: 1, unsolved: 0 },
  advantage: { method: 'nebius' },
  aggregation: { mode: 'token-mean' },
  klCoefficient: 0,
  leavesOut: 'zero-advantages',
  groupSize: 10,
  learningRate: 1e-6,
};

/**
 * What each system trains with, with its source; to be read, or applied by `applyPreset` and `policyLoss`. Where nothing
 * is said the entry is null, not a guess.
 */
export const METHOD_PRESETS: Readonly<Record<MethodName, MethodPreset>> = {
  grpo: {
    ...UNSAID,
    source: 'arXiv 2402.03300, section 4; deviation and epsilon as in verl',
    advantage: { method: 'grpo', options: GRPO_PRESETS.verl },
    aggregation: { mode: 'seq-mean-token-mean' },
    klCoefficient: 0.04,
    groupSize: 64,
    learningRate: 1e-6,
  },
  'dr-grpo': {
    ...UNSAID,
    source: 'arXiv 2503.20783, section 3.2; the constant length is the longest response allowed',
    advantage: { method: 'dr-grpo' },
    aggregation: { mode: 'seq-mean-token-sum-norm' },
    klCoefficient: 0,
  },
  dapo: DAPO,
  ssr: {
    ...UNSAID,
    source: 'arXiv 2512.18552, sections 2.3-2.4 and appendix C; its variant of GRPO is not published with it',
    rewards: { solved: 1, unsolved: -1 },
    advantage: { method: 'grpo' },
    groupSize: 8,
    learningRate: 3e-6,
    contextTokens: 131_072,
  },
  skyrl: {
    ...UNSAID,
    source: 'SkyRL-Agent, arXiv 2511.16108; clip, dual clip, constant length and masks from its code',
    rewards: { solved: 1, unsolved: 0 },
    advantage: { method: 'leave-one-out', options: { groupOfOne: 'reward' } },
    clip: { low: 0.2, high: 0.28, dual: 3 },
    aggregation: { mode: 'seq-mean-token-sum-norm', constantLength: 40_768, emptySequences: 'count' },
    klCoefficient: 0,
    compactFilter: COMPACT_FILTERS.skyrl,
    groupSize: 8,
    learningRate: 1e-6,
    tasksPerIteration: 64,
    contextTokens: 32_768,
    maxSteps: 50,
  },
  'kimi-dev': {
    ...UNSAID,
    source: 'arXiv 2509.23045, section 3.3 and appendix',
    rewards: { solved: 1, unsolved: 0 },
    advantage: { method: 'kimi' },
    groupSize: 10,
    tasksPerIteration: 1024,
    contextTokens: 65_536,
  },
  'swe-swiss': {
    ...UNSAID,
    source: 'github zhenyuhe00/SWE-Swiss: DAPO without its length penalty; clip and deviation as in DAPO and verl',
    rewards: { solved: 1, unsolved: -1 },
    advantage: DAPO.advantage,
    clip: DAPO.clip,
    aggregation: { mode: 'token-mean' },
    klCoefficient: 0,
    leavesOut: 'uniform-groups',
  },
  'nebius-1': {
    ...NEBIUS,
    clip: { low: 0.2, high: 0.3 },
    lengthPenalty: { unit: 'steps', threshold: 10, maximum: 40 },
    tasksPerIteration: 300,
    contextTokens: 65_536,
    maxSteps: 40,
  },
  'nebius-2': {
    ...NEBIUS,
    clip: { low: 0.2, high: 0.26 },
    lengthPenalty: { unit: 'steps', threshold: 10, maximum: 80 },
    tasksPerIteration: 100,
    contextTokens: 131_072,
    maxSteps: 80,
  },
  deepswe: {
    ...UNSAID,
    source: 'together.ai/blog/deepswe; aggregation, without its constant, from rLLM train_deepswe_32b.sh',
    rewards: { solved: 1, unsolved: 0 },
    advantage: { method: 'leave-one-out', options: { groupOfOne: 'reward' } },
    clip: { low: 0.2, high: 0.28 },
    aggregation: { mode: 'seq-mean-token-sum', emptySequences: 'count' },
    klCoefficient: 0,
    compactFilter: COMPACT_FILTERS.deepswe,
    groupSize: 8,
    learningRate: 1e-6,
    tasksPerIteration: 8,
    contextTokens: 36_864,
    maxSteps: 50,
  },
  'swe-rl': {
    ...UNSAID,
    source: 'arXiv 2502.18449, Eq. 1-2 and section 2; rewards are similarities from -1 to 1',
    advantage: { method: 'grpo' },
    groupSize: 16,
    tasksPerIteration: 32,
    contextTokens: 16_384,
  },
};
