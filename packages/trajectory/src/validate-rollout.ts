import type { Finding } from './finding.js';
import { prefixOf, promptIdsOf } from './token-prefix.js';
import type { StopReason, TrajectoryRecord } from './trajectory-record.js';

/** Ends that explain why only one turn was played. */
const BUDGET_STOPS: ReadonlySet<StopReason> = new Set(['turn-limit', 'timed-out', 'context-overflow', 'format-errors']);

/**
 * What is odd about an episode as a whole. One turn for a task that takes tools is most likely a policy or a server that
 * does not work, though all its data fit together.
 */
export function validateRollout(record: Pick<TrajectoryRecord, 'turns' | 'stop_reason' | 'capture'>): Finding[] {
  const { turns, stop_reason, capture } = record;
  if (turns.length === 0) return [{ level: 'FATAL', name: 'no_turns', message: 'The policy was never asked.' }];
  const findings: Finding[] = [];
  if (turns.length === 1 && !BUDGET_STOPS.has(stop_reason)) {
    findings.push({ level: 'FATAL', name: 'degenerate_rollout', message: `One turn, then ${stop_reason}.` });
  }
  if (capture !== 'train' || turns.length === 1) return findings;
  const roots = countRoots(turns);
  if (roots === turns.length) {
    const message = 'No prompt goes on from an earlier turn: each turn is a sequence of its own.';
    findings.push({ level: 'WARN', name: 'per_turn_capture_only', message });
  } else if (roots > 1) {
    const message = `${roots} of ${turns.length} turns have a prompt that goes on from no earlier turn.`;
    findings.push({ level: 'WARN', name: 'multiple_roots', message });
  }
  return findings;
}

function countRoots(turns: TrajectoryRecord['turns']): number {
  const isRoot = (place: number) => {
    if (turns[place]!.extends_turn !== null) return false;
    const prompt = promptIdsOf(turns, place);
    return !prompt || prefixOf(turns.slice(0, place), prompt) === undefined;
  };
  return turns.reduce((sum, _, place) => sum + (isRoot(place) ? 1 : 0), 0);
}
