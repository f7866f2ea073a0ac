import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendLine, openRecordLog, readRecordLog } from './record-log.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-log-'));
  path = join(folder, 'records.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

function valuesOf(file: string): unknown[] {
  return readRecordLog(file).lines.map(({ value }) => value);
}

describe('the record log', () => {
  test('gives back what was appended, in order', () => {
    const log = openRecordLog(path, 0);
    log.append({ text: 'line\nfeed and ☃' });
    log.append([2]);
    log.close();
    expect(valuesOf(path)).toEqual([{ text: 'line\nfeed and ☃' }, [2]]);
  });

  test('is empty where there is no file yet', () => {
    expect(readRecordLog(path)).toEqual({ lines: [], finishedBytes: 0, unfinishedBytes: 0 });
  });

  test('wherever a killed process stopped writing, finished lines are read and the rest is cut', () => {
    const values = [{ a: 1 }, { b: 'é☃😀' }, { c: [null] }];
    const whole = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
        writeFileSync(path, whole.subarray(0, length));
        const content = readRecordLog(path);
        expect(content.finishedBytes + content.unfinishedBytes).toBe(length);
        const log = openRecordLog(path, content.finishedBytes);
        log.append('next');
        log.close();
        expect(valuesOf(path)).toEqual([...values.slice(0, content.lines.length), 'next']);
      }),
    );
  });

  test('a broken line in the middle is an error that names file and line', () => {
    writeFileSync(path, '{"a":1}\n{"b":\n{"c":3}\n');
    expect(() => readRecordLog(path)).toThrow(
      expect.objectContaining({ code: 'corrupt-record', message: expect.stringContaining(`${path}:2:`) }),
    );
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is an error that names the folder', () => {
    const full = openSync('/dev/full', 'a');
    try {
      expect(() => appendLine(full, path, '{"a":1}\n')).toThrow(
        expect.objectContaining({ code: 'disk-full', message: expect.stringContaining(folder) }),
      );
    } finally {
      closeSync(full);
    }
  });

  test('appends behind what another process wrote', () => {
    const log = openRecordLog(path, 0);
    appendFileSync(path, '"other"\n');
    log.append('own');
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('"other"\n"own"\n');
  });
});
