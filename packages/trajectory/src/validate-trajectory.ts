import type { Finding } from './finding.js';
import { toTrainingSequences } from './to-training-sequences.js';
import type { TrajectoryRecord } from './trajectory-record.js';
import { validateRollout } from './validate-rollout.js';
import { validateSequence } from './validate-sequence.js';
import { validateEvalTurn, validateStoredTurn } from './validate-turn.js';

/**
 * Findings about what was captured, in the order turns, sequences, episode: none, and a trajectory of capture `train` is
 * sound. Sequences are looked at only where no turn has a FATAL finding, as they are made of the turns. `eval` and `text`
 * get the lighter check, so that what they cannot have does not read as a fault. Findings follow OpenEnv
 * (core/harness/capture/validate.py). Throws TrajectoryError `invalid-turns` where a turn goes on from none that is
 * earlier and has ids.
 */
export function validateTrajectory(record: TrajectoryRecord): Finding[] {
  const findings: Finding[] = [];
  if (record.capture === 'train') {
    findings.push(...record.turns.flatMap(validateStoredTurn));
    if (!findings.some(({ level }) => level === 'FATAL')) {
      findings.push(...toTrainingSequences(record).flatMap(validateSequence));
    }
  } else {
    findings.push(...record.turns.flatMap(validateEvalTurn));
  }
  findings.push(...validateRollout(record));
  return findings;
}
