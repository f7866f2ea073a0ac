import { linkSync, mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ownIdentity, type ProcessIdentity, stateOf } from './process-identity.js';
import { writeFailure } from './record-log.js';
import { RunError } from './run-error.js';

const holderSchema = z.object({ host: z.string(), pid: z.int(), startedAt: z.string().nullable() });
const TAKEOVER_TIMEOUT_MS = 10_000;

/**
 * Takes the lock file at `path` and gives back how to release it. The lock of a process that is gone is taken over.
 * Throws RunError `run-locked` where a process that may still run holds it.
 */
export function takeRunLock(path: string): () => void {
  if (!createLock(path)) {
    refuseLiveHolder(path);
    replaceStaleLock(path);
  }
  return () => unlinkSync(path);
}

/** By a link, so that the file is there with its content or not at all. False where it was there already. */
function createLock(path: string): boolean {
  const own = `${path}.${process.pid}`;
  try {
    writeFileSync(own, JSON.stringify(ownIdentity()));
    linkSync(own, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw writeFailure(path, error);
  } finally {
    removeIfThere(own);
  }
}

function refuseLiveHolder(path: string): void {
  const holder = readHolder(path);
  if (holder === undefined) return;
  const state = stateOf(holder);
  if (state === 'dead') return;
  const who = `process ${holder.pid} on ${holder.host}`;
  const advice =
    state === 'alive'
      ? 'Wait for it, end it, or choose another folder.'
      : `Whether it still runs cannot be seen from this machine; if it does not, delete ${path}.`;
  throw new RunError('run-locked', `Another process writes to this run: ${who} holds ${path}. ${advice}`);
}

/** Two processes may find the same stale lock; a directory, which only one of them can make, lets one go first. */
function replaceStaleLock(path: string): void {
  const turn = `${path}.takeover`;
  try {
    mkdirSync(turn);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw writeFailure(path, error);
    const stuckMs = Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const advice = stuckMs > TAKEOVER_TIMEOUT_MS ? `If no process does, delete ${turn}.` : 'Try again in a moment.';
    throw new RunError('run-locked', `Another process is just taking over ${path}. ${advice}`);
  }
  try {
    refuseLiveHolder(path);
    removeIfThere(path);
    if (!createLock(path)) refuseLiveHolder(path);
  } finally {
    rmdirSync(turn);
  }
}

/** Undefined where the lock is gone or cannot be read, as after a crash of the machine. */
function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
