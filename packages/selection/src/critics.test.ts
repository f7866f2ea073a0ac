import { expect, test } from 'vitest';
import { agentFinishedCritic, emptyPatchCritic, passCritic } from './critics.js';

test.each([
  [{ isFinished: true, patch: 'p' }, 1, 1],
  [{ isFinished: false, patch: 'p' }, 0, 1],
  [{ isFinished: true, patch: '' }, 0, 0],
  [{ isFinished: true, patch: '\n ' }, 0, 0],
  [{ isFinished: true, patch: 'p', hadException: true }, 0, 1],
])('of %j', (attempt, finished, nonEmpty) => {
  expect(agentFinishedCritic(attempt)).toBe(finished);
  expect(emptyPatchCritic(attempt)).toBe(nonEmpty);
  expect(passCritic(attempt)).toBe(1);
});
