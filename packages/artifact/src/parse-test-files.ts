import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { ArtifactProblem } from './bug-artifact.js';
import { findPathProblem } from './safe-path.js';

/** A list can hold half a million wrong lines; a person reads the first ones, and the rest are not looked at. */
const MAX_PROBLEMS = 20;
/** A line can be a megabyte long; this many of its characters tell which one is meant. */
const MAX_QUOTED = 120;

const testFilePath = z.string().superRefine((line, context) => {
  const reason = findLineProblem(line);
  if (reason !== undefined) context.addIssue({ code: 'custom', message: reason });
});

/**
 * Reads `test_files.txt`: a relative path a line, `/` separators, no globs, no directories, no repetition, at least one.
 * Blank lines are fine. Whether the files exist is for a check to say.
 */
export function parseTestFiles(bytes: Uint8Array): { readonly paths: string[]; readonly problems: ArtifactProblem[] } {
  const problems: ArtifactProblem[] = [];
  const report = (line: number | undefined, reason: string) => problems.push({ file: 'test_files.txt', line, reason });
  const lineOf = new Map<string, number>();
  const lines = splitLines(bytes);
  for (const [index, lineBytes] of lines.entries()) {
    if (problems.length === MAX_PROBLEMS) break;
    const number = index + 1;
    if (!isUtf8(lineBytes)) {
      report(number, 'Expected a path in UTF-8, got bytes that are not.');
      continue;
    }
    const line = lineBytes.toString();
    if (/^[ \t]*$/.test(line)) continue;
    const parsed = testFilePath.safeParse(line);
    const earlier = lineOf.get(line);
    if (!parsed.success) report(number, parsed.error.issues[0]!.message);
    else if (earlier !== undefined)
      report(number, `Expected each path once, got ${quote(line)} as in line ${earlier}.`);
    else lineOf.set(line, number);
  }
  if (lineOf.size === 0 && problems.length === 0) report(undefined, 'Expected at least one path, got none.');
  return { paths: [...lineOf.keys()], problems };
}

function splitLines(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = buffer.indexOf(10); end !== -1; end = buffer.indexOf(10, start)) {
    lines.push(buffer.subarray(start, end));
    start = end + 1;
  }
  lines.push(buffer.subarray(start));
  return lines;
}

function findLineProblem(line: string): string | undefined {
  const shown = quote(line);
  if (line.startsWith('\ufeff')) return 'Expected a path, got a byte order mark in front of it.';
  if (line.endsWith('\r'))
    return `Expected lines that end with a line feed, got a carriage return behind ${quote(line.slice(0, -1))}.`;
  if (/[*?[\]]/.test(line)) return `Expected a path without the glob characters * ? [ ], got ${shown}.`;
  if (line.endsWith('/')) return `Expected the path of a file, got the directory ${shown}.`;
  const problem = findPathProblem(line);
  return problem === undefined
    ? undefined
    : `Expected a relative path inside the repository, got ${shown}, which ${problem}.`;
}

function quote(line: string): string {
  return JSON.stringify(line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line);
}
