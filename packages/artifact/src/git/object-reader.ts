import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { EnvironmentError } from '../environment-error.js';
import { type GitLocation, gitEnvironment, SAFE_ARGUMENTS, WORKING_DIRECTORY } from './run-git.js';

const IDLE_MS = 10_000;
const STALLED_MS = 120_000;
const MAX_STDERR_LENGTH = 4_096;

interface Request {
  readonly objectId: string;
  readonly resolve: (content: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Reads objects of one repository by their full ids. */
export interface ObjectReader {
  /** The raw content: no filters, no line-end conversion. Throws EnvironmentError `unreadable`. */
  read(objectId: string): Promise<Uint8Array>;
  close(): void;
}

/**
 * Reads through one `git cat-file --batch` process, requests pipelined. The process starts with the first request, ends
 * after ten idle seconds or with `close`, and does not keep Node alive while nothing is asked of it.
 */
export function createObjectReader(location: GitLocation): ObjectReader {
  let batch: Batch | undefined;
  let idle: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(idle);
    batch?.end();
    batch = undefined;
  };
  const read = async (objectId: string): Promise<Uint8Array> => {
    clearTimeout(idle);
    if (batch === undefined || batch.hasEnded()) batch = startBatch(location);
    const current = batch;
    try {
      return await current.request(objectId);
    } finally {
      if (current === batch && current.isIdle()) {
        clearTimeout(idle);
        idle = setTimeout(close, IDLE_MS).unref();
      }
    }
  };
  return { read, close };
}

interface Batch {
  request(objectId: string): Promise<Uint8Array>;
  isIdle(): boolean;
  hasEnded(): boolean;
  /** Lets what was asked be answered, then ends the process. */
  end(): void;
}

function startBatch(location: GitLocation): Batch {
  const child = spawn('git', [...SAFE_ARGUMENTS, 'cat-file', '--batch'], {
    cwd: WORKING_DIRECTORY,
    env: gitEnvironment(location),
  });
  const waiting: Request[] = [];
  let failure: EnvironmentError | undefined;
  let stderr = '';
  let stalled: NodeJS.Timeout | undefined;

  const fail = (reason: string, cause?: unknown) => {
    clearTimeout(stalled);
    failure ??= new EnvironmentError('unreadable', `git cat-file failed in ${location.gitDirectory}: ${reason}.`, {
      cause,
    });
    for (const request of waiting.splice(0)) request.reject(failure);
    child.kill('SIGKILL');
  };
  const watch = () => {
    clearTimeout(stalled);
    if (waiting.length > 0) stalled = setTimeout(() => fail('it did not answer in time'), STALLED_MS);
    setReferenced(child, waiting.length > 0);
  };
  const answers = createAnswerParser((answer) => {
    const request = waiting.shift();
    if (request === undefined || !answer.header.startsWith(request.objectId)) {
      if (request !== undefined) waiting.unshift(request);
      return fail(`unexpected answer ${JSON.stringify(answer.header)}`);
    }
    if (answer.content !== undefined) request.resolve(answer.content);
    else request.reject(new EnvironmentError('unreadable', `Git cannot read an object: ${answer.header}.`));
  });

  child.stdout.on('data', (chunk: Buffer) => {
    answers(chunk);
    watch();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-MAX_STDERR_LENGTH);
  });
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => fail(error.message, error));
  child.on('close', () => fail(stderr.trim() || 'it ended'));
  setReferenced(child, false);

  return {
    request: (objectId) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        waiting.push({ objectId, resolve, reject });
        child.stdin.write(`${objectId}\n`);
        watch();
      }),
    isIdle: () => waiting.length === 0,
    hasEnded: () => failure !== undefined,
    end: () => child.stdin.end(),
  };
}

/** Node waits for a process and its pipes only while an answer is due. */
function setReferenced(child: ChildProcessWithoutNullStreams, isReferenced: boolean): void {
  const method = isReferenced ? 'ref' : 'unref';
  child[method]();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as Socket)[method]?.();
}

interface Answer {
  readonly header: string;
  /** Undefined where git has no such object. */
  readonly content: Uint8Array | undefined;
}

/** Cuts the stream of `ID TYPE SIZE LF CONTENT LF` and `ID missing LF` into answers, in linear time. */
function createAnswerParser(onAnswer: (answer: Answer) => void): (chunk: Buffer) => void {
  let header = '';
  let content: Buffer | undefined;
  let filled = 0;
  return (chunk) => {
    let position = 0;
    while (position < chunk.length) {
      if (content === undefined) {
        const end = chunk.indexOf(10, position);
        header += chunk.toString('latin1', position, end === -1 ? chunk.length : end);
        position = end === -1 ? chunk.length : end + 1;
        if (end === -1) continue;
        const size = /^[0-9a-f]+ [a-z]+ ([0-9]+)$/.exec(header)?.[1];
        // One byte more: the line feed behind the content.
        if (size !== undefined) content = Buffer.allocUnsafeSlow(Number(size) + 1);
        else onAnswer({ header, content: undefined });
        if (size === undefined) header = '';
      } else {
        const copied = chunk.copy(content, filled, position);
        filled += copied;
        position += copied;
        if (filled < content.length) continue;
        const answer = { header, content: content.subarray(0, -1) };
        header = '';
        content = undefined;
        filled = 0;
        onAnswer(answer);
      }
    }
  };
}
