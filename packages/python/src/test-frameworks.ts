import type { Snapshot } from '@swe-selfplay/artifact';
import type { Detection, TestFramework } from './test-framework.js';
import { pytest } from './test-frameworks/pytest.js';
import { unittest } from './test-frameworks/unittest.js';

/** Every framework that is known. A new one is one file and one entry here. */
export const TEST_FRAMEWORKS: readonly TestFramework[] = [pytest, unittest];

export type FrameworkDetection =
  | {
      readonly status: 'found';
      /** Best fit first; which of them works here, a run must show. */
      readonly candidates: readonly { readonly framework: TestFramework; readonly detection: Detection }[];
    }
  | { readonly status: 'not-found'; readonly reason: string };

/** Which frameworks could run the tests of a repository, by its files alone. */
export async function detectTestFrameworks(
  snapshot: Snapshot,
  frameworks: readonly TestFramework[] = TEST_FRAMEWORKS,
): Promise<FrameworkDetection> {
  const candidates = [];
  for (const framework of frameworks) {
    const detection = await framework.detect(snapshot);
    if (detection) candidates.push({ framework, detection });
  }
  candidates.sort((a, b) => b.detection.fit - a.detection.fit);
  if (candidates.length > 0) return { status: 'found', candidates };
  const names = frameworks.map((framework) => framework.name).join(' or ');
  return {
    status: 'not-found',
    reason: `Found no ${names} tests: no Python file named like a test holds a test function or a TestCase class.`,
  };
}
