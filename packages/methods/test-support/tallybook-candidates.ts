import type { CandidatePatch } from '../src/evidence/evidence.js';
import { HALF_RIGHT, RIGHT, type TallybookTask, WRONG } from './tallybook-task.js';
import { candidate, patchOf, textWith } from './written-tests.js';

const MODULE = 'tallybook/dates.py';

/** Prints what `unittest -v` says of a test that passes; a buffer holds it back until all else has been printed. */
const PRINTS_SUCCESS = `
print("test_lines (tests.test_written_lines.Written.test_lines) ... ok")
`;

/** Has every assertion of unittest hold. */
const TAMPERS = `
import unittest as _unittest
_unittest.TestCase.assertEqual = lambda self, first, second, msg=None: None
`;

/** One attempt of each kind, by what it does. */
export async function tallybookCandidates({ selection, patchWith }: TallybookTask) {
  const { snapshot } = selection.view;
  const text = (...pieces: (readonly [string, string])[]) => textWith(snapshot, MODULE, pieces);
  const patched = async (...pieces: (readonly [string, string])[]) =>
    patchOf(selection, { [MODULE]: await text(...pieces) });
  const right = [WRONG, RIGHT] as const;
  const breaking = [
    'return calendar.monthrange(year, month)[1]',
    'return calendar.monthrange(year, month)[0]',
  ] as const;
  const end = 'class DateError(ValueError):';
  const patches: Record<string, Uint8Array | string> = {
    right: await patchWith(RIGHT),
    halfRight: await patchWith(HALF_RIGHT),
    breaking: await patched(right, breaking),
    empty: '',
    malformed: 'diff --git a/x b/x\nnonsense\n',
    printsSuccess: await patched([end, `${PRINTS_SUCCESS}\n\n${end}`]),
    tampers: await patched([end, `${TAMPERS}\n\n${end}`]),
    // Two that come to the same as `right` and `empty` once tests and runner files are put back.
    rightWithConftest: await patchOf(selection, {
      [MODULE]: await text(right),
      'conftest.py': 'collect_ignore = ["tests"]\n',
      'tests/__init__.py': 'raise SystemExit(0)\n',
    }),
    onlyConftest: await patchOf(selection, { 'sitecustomize.py': 'import os\nos._exit(0)\n' }),
    spoilsTests: await patchOf(selection, {
      'tests/test_dates.py': 'import unittest\n',
      'tests/test_written_leap.py': 'import unittest\n',
    }),
  };
  return Object.fromEntries(Object.entries(patches).map(([id, patch]) => [id, candidate(id, patch)])) as Record<
    | 'right'
    | 'halfRight'
    | 'breaking'
    | 'empty'
    | 'malformed'
    | 'printsSuccess'
    | 'tampers'
    | 'rightWithConftest'
    | 'onlyConftest'
    | 'spoilsTests',
    CandidatePatch
  >;
}
