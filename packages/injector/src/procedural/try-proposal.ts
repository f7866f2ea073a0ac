import { hasPassed, partitionTests, readFile, restoreFiles, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import type { Proposal } from '../strategy.js';
import type { DiscoveredTests } from './discover-tests.js';
import type { Probe } from './probe.js';
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
  readonly run: (snapshot: Snapshot) => Promise<Probe>;
}

/** Runs a proposal: drops the files that change nothing for the tests, and weakens the tests that fail. */
export async function tryProposal(proposal: Proposal, options: TrialOptions): Promise<ProposalTrial> {
  const { original, tests } = options;
  const changed = await withTexts(original, proposal.changes);
  const probed = await options.run(changed);
  if (!probed) return { status: 'discarded', reason: 'tests do not end' };
  const needed = await neededFiles(changed, probed, [...proposal.changes.keys()], options);
  const idle = [...proposal.changes.keys()].filter((path) => !needed.includes(path));
  const buggy = restoreFiles(changed, original, idle);
  const final = idle.length === 0 ? probed : await options.run(buggy);
  if (!final) return { status: 'discarded', reason: 'tests do not end' };

  const { failToPass, passToPass } = partitionTests(tests.report, final.report, new Set());
  if (needed.length === 0 || failToPass.length < options.minFailingTests)
    return { status: 'discarded', reason: 'no test fails' };
  const share = failToPass.length / (failToPass.length + passToPass.length);
  if (passToPass.length === 0 || share > options.maxFailingShare)
    return { status: 'discarded', reason: 'too many tests fail' };

  const weakening = await weakenFailingTests(buggy, final.output, { ...options, failToPass });
  if (!weakening) return { status: 'discarded', reason: 'no failing test can be weakened' };
  return { status: 'breaks-tests', buggy, weakened: weakening.snapshot, changedFiles: needed, failToPass };
}

/** The files without whose change one of the failing tests passes again: the others would be idle. */
async function neededFiles(
  changed: Snapshot,
  probed: NonNullable<Probe>,
  files: readonly string[],
  { original, tests, run }: TrialOptions,
): Promise<string[]> {
  const failing = partitionTests(tests.report, probed.report, new Set()).failToPass;
  if (files.length < 2 || failing.length === 0) return failing.length === 0 ? [] : [...files];
  const needed: string[] = [];
  for (const file of files) {
    const reverted = await run(restoreFiles(changed, original, [file]));
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
