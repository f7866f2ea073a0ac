import { passingTests } from '@swe-selfplay/artifact';
import type { Parse } from '@swe-selfplay/evaluation';
import { type Finding, failed } from './check.js';
import type { Evidence } from './evidence.js';
import { runsSeen } from './runs-seen.js';

/**
 * What is wrong with `test_parser.py` by all outputs seen, as a failed finding; undefined where nothing is known to be.
 * No test can be counted with a parser that has a fault.
 */
export function findParserFault(evidence: Evidence): Finding | undefined {
  for (const { state, parse } of parsesSeen(evidence)) {
    if (parse.status === 'invalid')
      return failed(`On the output of ${state}, test_parser.py ${parse.reason}.`, { state });
  }
  const first = evidence.original?.[0]?.parse;
  if (first === undefined || evidence.parserProbe === undefined) return undefined;
  const { again, empty } = evidence.parserProbe;
  if (!isSameParse(first, again)) {
    return failed('test_parser.py read the same output twice, in other surroundings, and gave two results.', {
      again: describe(again),
    });
  }
  const invented = empty.status === 'parsed' ? passingTests(empty.report) : [];
  if (invented.length === 0) return undefined;
  return failed(`test_parser.py reports ${invented.length} passing tests for empty input.`, { tests: invented });
}

/** Every parse of the evidence, and a name of the state whose output it read. */
export function parsesSeen(evidence: Evidence): { state: string; parse: Parse }[] {
  return runsSeen(evidence).flatMap(({ state, run }) => (run.parse === undefined ? [] : [{ state, parse: run.parse }]));
}

function isSameParse(a: Parse, b: Parse): boolean {
  if (a.status !== 'parsed' || b.status !== 'parsed') return false;
  return a.report.size === b.report.size && [...a.report].every(([id, status]) => b.report.get(id) === status);
}

function describe(parse: Parse): string {
  return parse.status === 'parsed' ? `${parse.report.size} tests` : parse.reason;
}
