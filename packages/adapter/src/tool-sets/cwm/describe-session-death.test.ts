import { expect, test } from 'vitest';
import { describeSessionDeath } from './describe-session-death.js';

test('tells of the end of a session in the words of the CWM scaffold', () => {
  const fresh = ' A fresh session has started with the current working directory reset to default.';
  expect(describeSessionDeath('timeout')).toBe(`The current session has terminated due to timeout.${fresh}`);
  expect(describeSessionDeath('unexpected')).toBe(`The current session has terminated unexpectedly.${fresh}`);
  expect(describeSessionDeath('too-much-output')).toBe(
    `The current session has terminated because your previous command produced too much output.${fresh}`,
  );
});
