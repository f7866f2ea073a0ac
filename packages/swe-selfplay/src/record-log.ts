import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RunError } from './run-error.js';

/** A file of JSON lines that only grows. A line is written by one call, so a killed process cuts at most the last. */
export interface RecordLog {
  /** Returns once the disk has it. Throws RunError `disk-full` or `write-failed`; the file then is what it was. */
  append(value: unknown): void;
  close(): void;
}

/** The lines of such a file, and how many bytes of an unfinished one follow them. */
export interface LogContent {
  readonly lines: readonly { readonly number: number; readonly value: unknown }[];
  readonly finishedBytes: number;
  readonly unfinishedBytes: number;
}

const LINE_FEED = 0x0a;

/** Reads the file, which may be missing. Throws RunError `corrupt-record` for a finished line that is not JSON. */
export function readRecordLog(path: string): LogContent {
  const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const finishedBytes = content.lastIndexOf(LINE_FEED) + 1;
  const lines: { number: number; value: unknown }[] = [];
  for (let start = 0, number = 1; start < finishedBytes; number++) {
    const end = content.indexOf(LINE_FEED, start);
    lines.push({ number, value: parseLine(path, number, content.toString('utf8', start, end)) });
    start = end + 1;
  }
  return { lines, finishedBytes, unfinishedBytes: content.length - finishedBytes };
}

/** Opens the file for appending, cut to its finished lines. */
export function openRecordLog(path: string, finishedBytes: number): RecordLog {
  const file = openSync(path, 'a');
  ftruncateSync(file, finishedBytes);
  return {
    append(value) {
      appendLine(file, path, `${JSON.stringify(value)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

/** Appends a line whole or not at all. */
export function appendLine(file: number, path: string, line: string): void {
  const sizeBefore = fstatSync(file).size;
  const bytes = Buffer.from(line);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  } catch (error) {
    // Half a line in the middle of a file that goes on would be corrupt; a device cannot be cut, nor need it be.
    if (fstatSync(file).isFile()) ftruncateSync(file, sizeBefore);
    throw writeFailure(path, error);
  }
}

/** What a failed write below the folder of `path` is to the caller: a full disk is told apart. */
export function writeFailure(path: string, error: unknown): unknown {
  const cause = systemError(error);
  if (cause === undefined) return error;
  const folder = dirname(path);
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') {
    const advice = 'What was written before is whole: make room, and run the same command again to go on.';
    return new RunError('disk-full', `The disk is full: could not write to ${folder}. ${advice}`, { cause: error });
  }
  return new RunError('write-failed', `Could not write to ${folder}: ${cause.message}`, { cause: error });
}

/** What the operating system said, however often it was wrapped. */
function systemError(error: unknown): NodeJS.ErrnoException | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'syscall' in error ? (error as NodeJS.ErrnoException) : systemError(error.cause);
}

/** What to say of a line that is not what was written there. */
export function corruptRecord(path: string, line: number, expected: string, cause: unknown): RunError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice = 'Only a last line may be unfinished: restore the file, or start a new run in another folder.';
  const message = `${path}:${line}: expected ${expected}, but: ${reason}. ${advice}`;
  return new RunError('corrupt-record', message, { cause });
}

function parseLine(path: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corruptRecord(path, line, 'a JSON object', cause);
  }
}
