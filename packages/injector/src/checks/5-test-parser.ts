import { type Check, passed, skipped } from '../check.js';
import { findParserFault, parsesSeen } from '../find-parser-fault.js';
import { findWitnessContradiction } from '../find-witness-contradiction.js';
import { problemIn } from '../problem-in.js';

/**
 * The parser keeps to its format on every output seen, gives the same map twice, finds no passing test in nothing, and
 * does not contradict what our own reporter saw where pytest or unittest ran.
 */
export const testParser: Check = {
  id: 'test-parser',
  stage: 'original',
  isStanding: true,
  judge(evidence) {
    const fault = problemIn(evidence, 'test_parser.py') ?? findParserFault(evidence);
    if (fault !== undefined) return fault;
    const contradiction = findWitnessContradiction(evidence, { isExact: false });
    if (contradiction !== undefined) return contradiction;
    if (evidence.original?.[0]?.parse === undefined || evidence.parserProbe === undefined) {
      return skipped('No output was parsed.');
    }
    return passed(`test_parser.py read ${parsesSeen(evidence).length} outputs and reads them the same each time.`);
  },
};
