export interface TestAnalysis {
  /** Whether the best wrong patch fares differently from the best right one. */
  readonly isDistinguishing: boolean;
  /** Whether some wrong patch passes and no right one does. */
  readonly isToxic: boolean;
}

/**
 * What a written test is worth for telling patches apart (R2E-Gym, arXiv 2504.07164): `wrong` and `right` say of each
 * wrong and of each right patch whether it passes the test. Where there is no patch of either kind the test tells
 * nothing.
 */
export function analyseTest(wrong: readonly boolean[], right: readonly boolean[]): TestAnalysis {
  if (wrong.length === 0 || right.length === 0) return { isDistinguishing: false, isToxic: false };
  const passesWrong = wrong.includes(true);
  const passesRight = right.includes(true);
  return { isDistinguishing: passesWrong !== passesRight, isToxic: passesWrong && !passesRight };
}
