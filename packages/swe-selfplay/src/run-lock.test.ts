import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeRunLock } from './run-lock.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-lock-'));
  path = join(folder, 'run.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const locked = expect.objectContaining({ name: 'RunError', code: 'run-locked' });

describe('the lock of a run', () => {
  test('keeps a second writer out until it is released, and leaves nothing behind', () => {
    const release = takeRunLock(path);
    expect(() => takeRunLock(path)).toThrow(locked);
    release();
    expect(readdirSync(folder)).toEqual([]);
    takeRunLock(path)();
  });

  test('names the process that holds it', () => {
    const release = takeRunLock(path);
    expect(() => takeRunLock(path)).toThrow(`process ${process.pid} on ${hostname()}`);
    release();
  });

  test('of a process that is gone is taken over', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path, JSON.stringify({ host: hostname(), pid, startedAt: null }));
    const release = takeRunLock(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(!existsSync('/proc/self/stat'))(
    'of a process whose number was given to another one is taken over',
    () => {
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
      try {
        writeFileSync(path, JSON.stringify({ host: hostname(), pid: child.pid, startedAt: 'an earlier boot:1' }));
        takeRunLock(path)();
        expect(readdirSync(folder)).toEqual([]);
      } finally {
        child.kill('SIGKILL');
      }
    },
  );

  test('of a process that lives is respected', () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      writeFileSync(path, JSON.stringify({ host: hostname(), pid: child.pid, startedAt: null }));
      expect(() => takeRunLock(path)).toThrow(locked);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('of another machine is respected, with advice', () => {
    writeFileSync(path, JSON.stringify({ host: `not-${hostname()}`, pid: 1, startedAt: null }));
    expect(() => takeRunLock(path)).toThrow(`delete ${path}`);
  });

  test('that a crash of the machine left empty is taken over', () => {
    writeFileSync(path, '');
    takeRunLock(path)();
    expect(readdirSync(folder)).toEqual([]);
  });
});
