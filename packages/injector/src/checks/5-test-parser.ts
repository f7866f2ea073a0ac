import { passingTests } from '@swe-selfplay/artifact';
import type { Parse } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../check.js';
import type { Evidence } from '../evidence.js';
import { problemIn } from '../problem-in.js';

/** The parser keeps to its format on every output seen, gives the same map twice and finds no passing test in nothing. */
export const testParser: Check = {
  id: 'test-parser',
  stage: 'original',
  isStanding: true,
  judge(evidence) {
    const problem = problemIn(evidence, 'test_parser.py');
    if (problem !== undefined) return problem;
    const parses = parsesSeen(evidence);
    for (const { state, parse } of parses) {
      if (parse.status === 'invalid') {
        return failed(`On the output of ${state}, test_parser.py ${parse.reason}.`, { state });
      }
    }
    const first = evidence.original?.[0]?.parse;
    if (first === undefined || evidence.parserProbe === undefined) return skipped('No output was parsed.');
    const { again, empty } = evidence.parserProbe;
    if (!isSameParse(first, again)) {
      return failed('test_parser.py read the same output twice and gave two results.', { again: describe(again) });
    }
    const invented = empty.status === 'parsed' ? passingTests(empty.report) : [];
    if (invented.length > 0) {
      return failed(`test_parser.py reports ${invented.length} passing tests for empty input.`, { tests: invented });
    }
    return passed(`test_parser.py read ${parses.length} outputs and reads them the same each time.`);
  },
};

function parsesSeen({ original = [], buggy = [], weakened, reverted = [] }: Evidence): { state: string; parse: Parse }[] {
  const runs = [
    ...original.map((run) => ({ state: 'the original', run })),
    ...buggy.map((run) => ({ state: 'the buggy state', run })),
    ...(weakened === undefined ? [] : [{ state: 'the weakened state', run: weakened }]),
    ...reverted.map(({ paths, run }) => ({ state: `the buggy state without ${paths.join(', ')}`, run })),
  ];
  return runs.flatMap(({ state, run }) => (run.parse === undefined ? [] : [{ state, parse: run.parse }]));
}

function isSameParse(a: Parse, b: Parse): boolean {
  if (a.status !== 'parsed' || b.status !== 'parsed') return false;
  return a.report.size === b.report.size && [...a.report].every(([id, status]) => b.report.get(id) === status);
}

function describe(parse: Parse): string {
  return parse.status === 'parsed' ? `${parse.report.size} tests` : parse.reason;
}
