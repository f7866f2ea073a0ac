import { isUtf8 } from 'node:buffer';
import type { TestReport, TestStatus } from './test-report.js';

const MAX_BYTES = 64 * 1024 ** 2;
const MAX_IDS = 200_000;
/** Most characters of an id or a value that a reason quotes. */
const MAX_QUOTED = 120;

export type ReportParse =
  | { readonly status: 'parsed'; readonly report: TestReport }
  | { readonly status: 'invalid'; readonly reason: string };

/**
 * Reads what `test_parser.py` printed: exactly one JSON object, test id to `"passed"` or `"failed"`, in UTF-8 without a
 * byte order mark; white space around it is fine (SPEC 3). Stricter than JSON.parse, which takes the last of two equal
 * keys. At most 200,000 ids and 64 MiB; takes time in proportion to the length.
 */
export function parseReport(text: Uint8Array): ReportParse {
  try {
    return { status: 'parsed', report: readReport(decode(text)) };
  } catch (error) {
    if (error instanceof InvalidReport) return { status: 'invalid', reason: error.message };
    throw error;
  }
}

/** Never leaves this file: carries a reason out of the reading functions. */
class InvalidReport extends Error {}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES)
    throw new InvalidReport(`Expected a report of at most 64 MiB, got ${bytes.length} bytes.`);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new InvalidReport('Expected one JSON object, got a byte order mark in front of it.');
  }
  if (!isUtf8(bytes)) throw new InvalidReport('Expected a report in UTF-8, got bytes that are not.');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

function readReport(text: string): TestReport {
  const report = new Map<string, TestStatus>();
  let at = skipSpace(text, 0);
  if (text[at] !== '{') throw unexpected(text, at, 'one JSON object');
  at = skipSpace(text, at + 1);
  let isFirst = true;
  while (!(isFirst && text[at] === '}')) {
    if (text[at] !== '"') throw unexpected(text, at, 'a test id in double quotes');
    const key = readString(text, at);
    const id = key.value;
    if (id === '') throw new InvalidReport('Expected test ids, got an empty one.');
    if (/\p{Surrogate}/u.test(id)) throw new InvalidReport(`The test id ${quote(id)} is not valid Unicode.`);
    if (report.has(id)) throw new InvalidReport(`The test id ${quote(id)} is there twice.`);
    if (report.size === MAX_IDS) throw new InvalidReport(`Expected at most ${MAX_IDS} test ids, got more.`);
    at = skipSpace(text, key.end);
    if (text[at] !== ':') throw unexpected(text, at, `a colon behind the test id ${quote(id)}`);
    at = skipSpace(text, at + 1);
    const wanted = `"passed" or "failed" for the test id ${quote(id)}`;
    if (text[at] !== '"') throw unexpected(text, at, wanted);
    const status = readString(text, at);
    if (status.value !== 'passed' && status.value !== 'failed') {
      throw new InvalidReport(`Expected ${wanted}, got ${quote(status.value)}.`);
    }
    report.set(id, status.value);
    isFirst = false;
    at = skipSpace(text, status.end);
    if (text[at] === '}') break;
    if (text[at] !== ',') throw unexpected(text, at, `a comma or the end behind the test id ${quote(id)}`);
    at = skipSpace(text, at + 1);
  }
  const end = skipSpace(text, at + 1);
  if (end < text.length) throw unexpected(text, end, 'nothing behind the JSON object');
  return report;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

/** The string whose opening quote is at `start`, and the index behind its closing one. */
function readString(text: string, start: number): { readonly value: string; readonly end: number } {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  const token = text.slice(start, at + 1);
  try {
    return { value: JSON.parse(token) as string, end: at + 1 };
  } catch {
    throw new InvalidReport(`Expected a JSON string, got ${quote(token)}.`);
  }
}

function unexpected(text: string, at: number, expected: string): InvalidReport {
  const found = at >= text.length ? 'the end of the output' : quote(text.slice(at, at + MAX_QUOTED + 1));
  return new InvalidReport(`Expected ${expected}, got ${found}.`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
