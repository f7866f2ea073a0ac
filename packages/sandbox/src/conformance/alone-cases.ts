import assert from 'node:assert/strict';
import { type ConformanceCase, textOf } from './conformance-case.js';

const harness = new Map([['probe.py', Buffer.from('import sys; print(sys.stdin.read().upper())\n')]]);

/** Leaves a trace wherever a command may write, shared memory without a process included, and tells of what it found. */
const TRACES = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
places = [os.getcwd(), os.environ['HOME'], os.environ['TMPDIR'], '/dev/shm']
found = [place for place in places if os.path.exists(f'{place}/swe-selfplay-trace')]
if libc.shmget(4711, 4096, 0o600) != -1: found.append('shared memory')
for place in places:
    open(f'{place}/swe-selfplay-trace', 'w').close()
libc.shmget(4711, 4096, 0o1600)
if os.fork() == 0:
    os.setsid()
    os.execvp('sleep', ['sleep', '30'])
print(found, os.listdir('.'))
`;

export const aloneCases: readonly ConformanceCase[] = [
  {
    title: 'runs a command alone beside its harness files, with input and an exit code',
    isolationOnly: false,
    run: async (provider) => {
      const result = await provider.runAlone({ harness }, (harnessDir) => ({
        argv: ['sh', '-c', 'python3 "$0"/probe.py; exit 3', harnessDir],
        stdin: Buffer.from('abc'),
      }));
      assert.deepEqual([textOf(result.stdout), result.exitCode], ['ABC\n', 3]);
    },
  },
  {
    title: 'keeps nothing of a command that ran alone for the next one',
    isolationOnly: true,
    run: async (provider) => {
      for (let round = 0; round < 3; round += 1) {
        const result = await provider.runAlone({ harness }, () => ({ argv: ['python3', '-c', TRACES] }));
        assert.equal(textOf(result.stdout), "[] ['swe-selfplay-trace']\n", textOf(result.stderr));
      }
    },
  },
  {
    title: 'bounds what a command writes that runs alone, and serves the next',
    isolationOnly: true,
    run: async (provider) => {
      const request = { harness, limits: { timeoutMs: 20_000 } };
      const fill = await provider.runAlone(request, () => ({
        argv: ['sh', '-c', 'head -c 1G /dev/zero >big; wc -c <big'],
      }));
      assert.ok(Number(textOf(fill.stdout)) < 2 ** 27, textOf(fill.stdout));
      const late = await provider.runAlone(request, () => ({ argv: ['sleep', '60'], timeoutMs: 300 }));
      assert.equal(late.ending, 'timed-out');
      const next = await provider.runAlone(request, () => ({ argv: ['ls', '-A'] }));
      assert.deepEqual([next.exitCode, textOf(next.stdout)], [0, '']);
    },
  },
  {
    title: 'runs commands alone side by side',
    isolationOnly: false,
    run: async (provider) => {
      const numbers = Array.from({ length: 6 }, (_, index) => String(index));
      const results = await Promise.all(
        numbers.map((number) =>
          provider.runAlone({ harness }, () => ({ argv: ['sh', '-c', `echo ${number} >n; cat n`] })),
        ),
      );
      assert.deepEqual(
        results.map(({ stdout }) => textOf(stdout).trim()),
        numbers,
      );
    },
  },
];
