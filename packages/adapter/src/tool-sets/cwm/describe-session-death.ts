import type { BashDeath } from './bash-reply.js';

const ENDINGS: Readonly<Record<Exclude<BashDeath, 'cancelled'>, string>> = {
  timeout: 'due to timeout.',
  unexpected: 'unexpectedly.',
  'too-much-output': 'because your previous command produced too much output.',
};
const FRESH = 'A fresh session has started with the current working directory reset to default.';

/** What a policy is told of the end of its bash session, in the words of the CWM scaffold. One cancelled is not told of. */
export function describeSessionDeath(cause: Exclude<BashDeath, 'cancelled'>): string {
  return `The current session has terminated ${ENDINGS[cause]} ${FRESH}`;
}
