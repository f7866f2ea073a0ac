import { openSession, type Session } from '../src/session.js';

/** A session that keeps nothing for later, so that no test finds what another one did. */
export function openTestSession(): Promise<Session> {
  return openSession();
}
