import { type Check, passed, skipped } from '../check.js';
import { findParserFault, parsesSeen } from '../find-parser-fault.js';
import { problemIn } from '../problem-in.js';

/** The parser keeps to its format on every output seen, gives the same map twice and finds no passing test in nothing. */
export const testParser: Check = {
  id: 'test-parser',
  stage: 'original',
  isStanding: true,
  judge(evidence) {
    const fault = problemIn(evidence, 'test_parser.py') ?? findParserFault(evidence);
    if (fault !== undefined) return fault;
    if (evidence.original?.[0]?.parse === undefined || evidence.parserProbe === undefined) {
      return skipped('No output was parsed.');
    }
    return passed(`test_parser.py read ${parsesSeen(evidence).length} outputs and reads them the same each time.`);
  },
};
