import { aloneCases } from './conformance/alone-cases.js';
import { changeCases } from './conformance/change-cases.js';
import { commandCases } from './conformance/command-cases.js';
import type { ConformanceCase } from './conformance/conformance-case.js';
import { escapeCases } from './conformance/escape-cases.js';
import { fileCases } from './conformance/file-cases.js';
import { hiddenCases } from './conformance/hidden-cases.js';
import { isolationCases } from './conformance/isolation-cases.js';
import { kernelCases } from './conformance/kernel-cases.js';
import { limitCases } from './conformance/limit-cases.js';
import { processCases } from './conformance/process-cases.js';
import { raceCases } from './conformance/race-cases.js';
import { uniformCases } from './conformance/uniform-cases.js';

export type { ConformanceCase } from './conformance/conformance-case.js';

/**
 * What every sandbox provider has to do, for any test framework: run each case on a provider; a case that throws has
 * failed. Those with `isolationOnly` hold only where commands are kept from the host. Needs sh, coreutils and python3
 * in the sandbox.
 */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...commandCases,
  ...fileCases,
  ...changeCases,
  ...uniformCases,
  ...hiddenCases,
  ...limitCases,
  ...processCases,
  ...isolationCases,
  ...escapeCases,
  ...kernelCases,
  ...raceCases,
  ...aloneCases,
];
