import type { Snapshot } from '@swe-selfplay/artifact';
import { mapConcurrently } from '../roles/map-concurrently.js';
import type { RolePolicies } from '../roles/role-policies.js';
import { normalisePatch } from '../swe-swiss/normalise-patch.js';
import type { RepairSample } from './agentless.js';
import { renderRepairPrompt } from './agentless-prompts.js';
import { applyAnswer } from './apply-answer.js';
import { type SampledCompletion, type SamplingOptions, sampleCompletions } from './sample-completions.js';

/**
 * Asks for repairs, dealing them out over sets of files that are shown whole, and makes of each answer a patch or the
 * reason why there is none. `ids` name the answers, one each.
 */
export async function sampleRepairs(
  policies: RolePolicies,
  snapshot: Snapshot,
  request: {
    readonly statement: string;
    readonly contexts: readonly ReadonlyMap<string, string>[];
    readonly ids: readonly string[];
  },
  options: SamplingOptions,
): Promise<RepairSample[]> {
  const prompts = request.contexts.map((sources) => renderRepairPrompt(request.statement, sources));
  const placed = request.ids.map((rolloutId, index) => {
    const context = index % prompts.length;
    return { rolloutId, prompt: prompts[context]!, sources: request.contexts[context]! };
  });
  const completions = await sampleCompletions(policies, placed, options);
  // One by one: what is parsed here is freed only in between.
  return mapConcurrently(placed, 1, async ({ prompt, sources }, index) => {
    const completion = completions[index]!;
    const outcome = await outcomeOf(snapshot, sources, completion);
    return { prompt, completion, sources, outcome, patchKey: await patchKeyOf(snapshot, outcome) };
  });
}

async function outcomeOf(
  snapshot: Snapshot,
  sources: ReadonlyMap<string, string>,
  completion: SampledCompletion,
): Promise<RepairSample['outcome']> {
  if (completion.status !== 'answered') return { status: 'unanswered', reason: completion.reason };
  return applyAnswer(snapshot, sources, completion.text);
}

async function patchKeyOf(snapshot: Snapshot, outcome: RepairSample['outcome']): Promise<string> {
  if (outcome.status !== 'patched') return '';
  const normalised = await normalisePatch(snapshot, outcome.predPatch);
  return normalised.status === 'normalised' ? normalised.text : '';
}
