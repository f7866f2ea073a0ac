import {
  hasPassed,
  partitionTests,
  readFile,
  restoreFiles,
  type Snapshot,
  type TestPartition,
  withFiles,
} from '@swe-selfplay/artifact';
import type { Proposal } from '../strategy.js';
import type { DiscoveredTests } from './discover-tests.js';
import type { Probe, RunProbe } from './probe.js';
import { weakenFailingTests } from './weaken-failing-tests.js';

/** Why a proposal was thrown away. */
export type Discard =
  | 'no change to make'
  | 'no test fails'
  | 'tests do not end'
  | 'too many tests fail'
  | 'no failing test can be weakened';

export type ProposalTrial =
  | {
      readonly status: 'breaks-tests';
      readonly buggy: Snapshot;
      readonly weakened: Snapshot;
      readonly changedFiles: readonly string[];
      readonly failToPass: readonly string[];
    }
  | { readonly status: 'discarded'; readonly reason: Discard };

export interface TrialOptions {
  readonly original: Snapshot;
  readonly tests: DiscoveredTests;
  readonly weakenable: ReadonlySet<string>;
  readonly minFailingTests: number;
  /** Share of the tests, 0..1, above which a bug counts as damage and not as a bug. */
  readonly maxFailingShare: number;
  readonly run: RunProbe;
}

/** Runs a proposal: drops the files that change nothing for the tests, and weakens the tests that fail. */
export async function tryProposal(proposal: Proposal, options: TrialOptions): Promise<ProposalTrial> {
  const change = await leanestChange(proposal, options);
  if (!change) return { status: 'discarded', reason: 'tests do not end' };
  const { state: buggy, probed, files, partition } = change;
  const { failToPass, passToPass } = partition;
  if (failToPass.length < options.minFailingTests) return { status: 'discarded', reason: 'no test fails' };
  const share = failToPass.length / (failToPass.length + passToPass.length);
  if (passToPass.length === 0 || share > options.maxFailingShare) {
    return { status: 'discarded', reason: 'too many tests fail' };
  }
  const weakening = await weakenFailingTests(buggy, probed.output, { ...options, failToPass });
  if (!weakening) return { status: 'discarded', reason: 'no failing test can be weakened' };
  return { status: 'breaks-tests', buggy, weakened: weakening.snapshot, changedFiles: files, failToPass };
}

interface Change {
  readonly state: Snapshot;
  readonly probed: NonNullable<Probe>;
  readonly files: readonly string[];
  readonly partition: TestPartition;
}

/** The change with those of its files alone that each matter to a test; undefined where the tests do not end. */
async function leanestChange(proposal: Proposal, options: TrialOptions): Promise<Change | undefined> {
  const whole = await withTexts(options.original, proposal.changes);
  let files: readonly string[] = [...proposal.changes.keys()];
  for (;;) {
    const idle = [...proposal.changes.keys()].filter((path) => !files.includes(path));
    const state = restoreFiles(whole, options.original, idle);
    const probed = await options.run(state, { mayHang: true });
    if (!probed) return undefined;
    const partition = partitionTests(options.tests.report, probed.report, new Set());
    const needed = await neededFiles({ state, probed, files, partition }, options);
    if (needed.length === files.length) return { state, probed, files, partition };
    // Files that break the same tests look idle one by one; one of them is enough.
    files = needed.length > 0 ? needed : files.slice(0, 1);
  }
}

/** The files without whose change one of the failing tests passes again, as inverse mutation will ask. */
async function neededFiles(
  { state, files, partition }: Change,
  { original, run }: TrialOptions,
): Promise<readonly string[]> {
  const failing = partition.failToPass;
  if (files.length < 2 || failing.length === 0) return files;
  const needed: string[] = [];
  for (const file of files) {
    const reverted = await run(restoreFiles(state, original, [file]));
    if (reverted && failing.some((id) => hasPassed(reverted.report, id))) needed.push(file);
  }
  return needed;
}

async function withTexts(original: Snapshot, texts: ReadonlyMap<string, string>): Promise<Snapshot> {
  const changes = [];
  for (const [path, text] of texts) {
    const entry = await readFile(original, path);
    changes.push([path, { mode: entry?.mode ?? '100644', content: Buffer.from(text) }] as const);
  }
  return withFiles(original, changes);
}
