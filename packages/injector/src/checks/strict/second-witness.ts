import type { TestRun, Witness } from '@swe-selfplay/evaluation';
import { type Check, type Finding, failed, passed, skipped } from '../../check.js';
import type { Evidence } from '../../evidence.js';
import { findWitnessContradiction } from '../../find-witness-contradiction.js';
import { runsSeen } from '../../runs-seen.js';

/**
 * Where pytest or unittest runs, our own reporter sees every session end in order, tells the same story as the parser,
 * and finds nothing changed that decides outcomes but what the original changes too. Oracle tests in Python must be seen
 * to run; a suite of another kind has no witness, and that alone is no fault.
 */
export const secondWitness: Check = {
  id: 'second-witness',
  stage: 'reverted',
  isStanding: true,
  judge(evidence) {
    const runs = runsSeen(evidence).filter(({ run }) => run.script.ending === 'exited');
    if (runs.length === 0) return skipped('Nothing was run.');
    const fault =
      findWitnessContradiction(evidence, { isExact: true }) ?? unseenTests(evidence, runs) ?? tampering(evidence, runs);
    if (fault !== undefined) return fault;
    if (statusesOf(evidence).has('complete')) {
      return passed(`The second witness agrees with test_parser.py on ${runs.length} runs.`);
    }
    return passed('No test of pytest or unittest was seen, so that the parser has no second witness.', {
      // A hint to a person: a script may print what such a runner would.
      runnersNamed: evidence.runnersNamed ?? [],
    });
  },
};

type SeenRuns = ReturnType<typeof runsSeen>;

/** A run in which tests were not seen as they should have been. */
function unseenTests(evidence: Evidence, runs: SeenRuns): Finding | undefined {
  const usual = statusesOf(evidence);
  if (usual.has('absent') && evidence.testFiles.every(({ path }) => path.endsWith('.py'))) {
    return failed(
      'On the original, no test of pytest or unittest was seen to run, though the oracle tests are Python.',
      {
        runnersNamed: evidence.runnersNamed ?? [],
      },
    );
  }
  for (const { state, run } of runs) {
    if (run.witness === undefined) continue;
    const { status } = run.witness;
    if (status === 'incomplete') return failed(`In ${state}, a session of tests did not end in order.`, { state });
    if (usual.size > 0 && !usual.has(status)) {
      const seen = status === 'absent' ? 'no tests, but some' : 'tests, but none';
      return failed(`In ${state}, the second witness sees ${seen} on the original.`, { state });
    }
  }
  return undefined;
}

/** A run that changes what decides outcomes, as the original does not. */
function tampering({ original = [] }: Evidence, runs: SeenRuns): Finding | undefined {
  const usual = new Set(original.flatMap(tamperedIn));
  for (const { state, run } of runs) {
    const names = tamperedIn(run).filter((name) => !usual.has(name));
    if (names.length === 0) continue;
    return failed(`In ${state}, what decides about tests was changed while they ran: ${names.join(', ')}.`, {
      state,
      names,
    });
  }
  return undefined;
}

/** Of the runs of the original; empty where they were made without a witness. */
function statusesOf({ original = [] }: Evidence): ReadonlySet<Witness['status']> {
  return new Set(original.flatMap(({ witness }) => (witness === undefined ? [] : [witness.status])));
}

function tamperedIn({ witness }: TestRun): readonly string[] {
  return witness?.tampered ?? [];
}
