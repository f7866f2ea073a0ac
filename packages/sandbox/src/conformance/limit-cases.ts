import assert from 'node:assert/strict';
import { type ConformanceCase, inWorkspace, isolated, textOf } from './conformance-case.js';

const MEBIBYTE = 1024 ** 2;
const SOON_MS = 5_000;

export const limitCases: readonly ConformanceCase[] = [
  inWorkspace('ends a command at its time, whatever it ignores', async ({ sh }) => {
    for (const line of [
      "trap '' TERM INT HUP; while :; do sleep 1; done",
      'kill -STOP $$',
      'sleep 100 & sleep 100',
      'while :; do :; done',
    ]) {
      const result = await sh(`echo before; ${line}`, { timeoutMs: 400 });
      assert.deepEqual([result.ending, result.exitCode], ['timed-out', undefined], line);
      assert.equal(textOf(result.stdout), 'before\n');
      assert.ok(result.durationMs < SOON_MS, `${line} took ${result.durationMs} ms`);
    }
  }),
  inWorkspace('ends a command when it is told to', async ({ run }) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const result = await run({ argv: ['sleep', '100'], signal: controller.signal });
    assert.deepEqual([result.ending, result.exitCode], ['cancelled', undefined]);
    assert.equal((await run({ argv: ['sleep', '100'], signal: AbortSignal.abort() })).ending, 'cancelled');
  }),
  inWorkspace('ends a command that writes too much, and keeps what came before', async ({ sh }) => {
    for (const line of ['yes', 'yes >&2', 'yes & yes >&2']) {
      const result = await sh(line, { maxOutputBytes: MEBIBYTE });
      assert.equal(result.ending, 'output-exceeded');
      assert.equal(result.stdout.length + result.stderr.length, MEBIBYTE);
      assert.ok(result.durationMs < SOON_MS);
    }
    assert.equal((await sh('head -c 1000 /dev/zero', { maxOutputBytes: 1000 })).ending, 'exited');
  }),
  inWorkspace('does not wait for what a command leaves behind', async ({ sh, text }) => {
    for (const line of ['sleep 100 &', '(sleep 100; touch late) & exec 1>&2', 'nohup sleep 100 >/dev/null 2>&1 &']) {
      const result = await sh(line);
      assert.deepEqual([result.ending, result.exitCode], ['exited', 0]);
      assert.ok(result.durationMs < SOON_MS);
    }
    assert.equal(await text('ls late 2>/dev/null'), '');
  }),
  isolated(
    inWorkspace('kills daemons with the command that made them', async ({ sh, text }) => {
      const beat = 'date +%N > /tmp/new; mv /tmp/new /tmp/alive; sleep 0.05';
      const daemon = `setsid sh -c "trap '' TERM HUP; while :; do ${beat}; done"`;
      const held = await sh(`(${daemon} &) ; while ! [ -e /tmp/alive ]; do sleep 0.05; done; echo done`);
      assert.equal(textOf(held.stdout), 'done\n');
      assert.ok(held.durationMs < SOON_MS);
      const before = await text('cat /tmp/alive');
      assert.notEqual(before, '');
      assert.equal(await text('sleep 0.3; cat /tmp/alive'), before);
    }),
  ),
  isolated(
    inWorkspace(
      'survives a fork bomb',
      async ({ sh, text }) => {
        const result = await sh('f() { f | f & }; f; sleep 100', { timeoutMs: 1_500, maxOutputBytes: MEBIBYTE });
        assert.ok(['timed-out', 'output-exceeded', 'memory-exceeded', 'exited'].includes(result.ending), result.ending);
        assert.ok(result.durationMs < 2 * SOON_MS);
        assert.equal(await text('echo still here'), 'still here');
      },
      { limits: { maxProcesses: 64 } },
    ),
  ),
  inWorkspace(
    'stops one process that takes too much memory',
    async ({ run }) => {
      const hog =
        'import time\nblocks = []\nfor _ in range(80):\n  blocks.append(bytearray(b"x") * (10 << 20))\n  time.sleep(.01)\ntime.sleep(20)';
      const result = await run({ argv: ['python3', '-c', hog] });
      assert.equal(result.ending, 'memory-exceeded');
      assert.ok(result.durationMs < 2 * SOON_MS);
    },
    { limits: { memoryBytes: 200 * MEBIBYTE } },
  ),
  inWorkspace(
    'stops processes that take too much memory together',
    async ({ run }) => {
      const hog =
        'import os, time\nfor _ in range(6):\n  if os.fork() == 0:\n    block = bytearray(b"x") * (60 << 20)\n    time.sleep(20)\n    os._exit(0)\nfor _ in range(6): os.wait()';
      const result = await run({ argv: ['python3', '-c', hog] });
      assert.equal(result.ending, 'memory-exceeded');
      assert.ok(result.durationMs < 2 * SOON_MS);
    },
    { limits: { memoryBytes: 200 * MEBIBYTE } },
  ),
  inWorkspace(
    'does not count memory twice that is shared after a fork',
    async ({ run }) => {
      const pool =
        'import os, time\nblock = bytearray(b"x") * (80 << 20)\nfor _ in range(5):\n  if os.fork() == 0:\n    time.sleep(.5); os._exit(0)\nfor _ in range(5): os.wait()';
      const result = await run({ argv: ['python3', '-c', pool] });
      assert.deepEqual([result.ending, result.exitCode], ['exited', 0]);
    },
    { limits: { memoryBytes: 200 * MEBIBYTE } },
  ),
  isolated(
    inWorkspace(
      'bounds what is written, wherever it is',
      async ({ sh, text }) => {
        for (const place of ['/tmp', '/dev/shm', '.', '"$HOME"']) {
          const result = await sh(
            `cd ${place} && for i in 1 2 3 4 5 6 7 8; do head -c 10M /dev/zero > fill$i || exit 9; done`,
          );
          assert.notEqual(result.exitCode, 0, place);
          assert.match(textOf(result.stderr), /No space left|File size limit/);
          await sh(`rm -f ${place}/fill*`);
        }
        const many = await sh('mkdir many && cd many && seq 30000 | xargs touch');
        assert.notEqual(many.exitCode, 0);
        assert.match(textOf(many.stderr), /No space left/);
        assert.equal(await text('rm -rf many; echo x > y && cat y'), 'x');
      },
      { limits: { diskBytes: 40 * MEBIBYTE } },
    ),
  ),
  inWorkspace(
    'bounds open files and the size of one',
    async ({ run, sh }) => {
      const open =
        'import os\nfiles = []\ntry:\n  while True: files.append(open("/dev/null"))\nexcept OSError as error: print(len(files) < 64, error.strerror)';
      assert.equal(textOf((await run({ argv: ['python3', '-c', open] })).stdout), 'True Too many open files\n');
      assert.notEqual((await sh('head -c 60M /dev/zero > large')).exitCode, 0);
    },
    { limits: { maxOpenFiles: 64, diskBytes: 50 * MEBIBYTE } },
  ),
];
