import type { Check } from './check.js';
import { patchesApply } from './checks/1-patches-apply.js';
import { testFiles } from './checks/2-test-files.js';
import { bugScope } from './checks/3-bug-scope.js';
import { testScript } from './checks/4-test-script.js';
import { testParser } from './checks/5-test-parser.js';
import { determinism } from './checks/6-determinism.js';
import { bugValidity } from './checks/7-bug-validity.js';
import { testWeakening } from './checks/8-test-weakening.js';
import { inverseMutation } from './checks/9-inverse-mutation.js';

/** The nine checks of SPEC 5 in their order: the first that fails decides. */
export const DEFAULT_CHECKS: readonly Check[] = [
  patchesApply,
  testFiles,
  bugScope,
  testScript,
  testParser,
  determinism,
  bugValidity,
  testWeakening,
  inverseMutation,
];
