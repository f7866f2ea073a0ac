import type { TestRun } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../../check.js';
import { findWitnessContradiction } from '../../find-witness-contradiction.js';
import { runsSeen } from '../../runs-seen.js';

/**
 * Where pytest or unittest runs, our own reporter sees every session end in order, tells the same story as the parser,
 * and finds nothing changed that decides outcomes but what the original changes too. A suite of another kind has no
 * witness; that alone is no fault.
 */
export const secondWitness: Check = {
  id: 'second-witness',
  stage: 'reverted',
  isStanding: true,
  judge(evidence) {
    const runs = runsSeen(evidence).filter(({ run }) => run.script.ending === 'exited');
    if (runs.length === 0) return skipped('Nothing was run.');
    const contradiction = findWitnessContradiction(evidence, { isExact: true });
    if (contradiction !== undefined) return contradiction;
    const statuses = new Set((evidence.original ?? []).map(({ witness }) => witness?.status ?? 'absent'));
    for (const { state, run } of runs) {
      const status = run.witness?.status ?? 'absent';
      if (status === 'incomplete') {
        return failed(`In ${state}, a session of tests did not end in order.`, { state });
      }
      if (!statuses.has(status)) {
        const isAbsent = status === 'absent';
        return failed(
          `In ${state}, the second witness sees ${isAbsent ? 'no tests, but' : 'tests, but none'} on the original.`,
          {
            state,
          },
        );
      }
    }
    const usual = new Set((evidence.original ?? []).flatMap(tamperedIn));
    const tampering = runs.find(({ run }) => tamperedIn(run).some((name) => !usual.has(name)));
    if (tampering !== undefined) {
      const names = tamperedIn(tampering.run).filter((name) => !usual.has(name));
      return failed(
        `In ${tampering.state}, what decides about tests was changed while they ran: ${names.join(', ')}.`,
        {
          state: tampering.state,
          names,
        },
      );
    }
    if (statuses.has('absent')) {
      return passed('No test of pytest or unittest was seen, so that the parser has no second witness.', {
        // A hint to a person: a script may print what such a runner would.
        runnersNamed: evidence.runnersNamed ?? [],
      });
    }
    return passed(`The second witness agrees with test_parser.py on ${runs.length} runs.`);
  },
};

function tamperedIn({ witness }: TestRun): readonly string[] {
  return witness?.tampered ?? [];
}
