import assert from 'node:assert/strict';
import { SandboxError } from '../sandbox-error.js';
import { aFile, type ConformanceCase, describe, EXAMPLE_TREE, inWorkspace, textOf } from './conformance-case.js';

export const commandCases: readonly ConformanceCase[] = [
  inWorkspace('gives exit codes as they are', async ({ sh }) => {
    for (const code of [0, 1, 3, 77, 126, 128, 255]) {
      const result = await sh(`exit ${code}`);
      assert.deepEqual([result.ending, result.exitCode], ['exited', code]);
    }
  }),
  inWorkspace('gives a death by signal as 128 + signal', async ({ sh }) => {
    const killed = await sh('kill -KILL $$');
    assert.deepEqual([killed.ending, killed.exitCode], ['exited', 137]);
    assert.equal((await sh('kill -TERM $$')).exitCode, 143);
  }),
  inWorkspace('keeps the streams apart, byte for byte', async ({ sh }) => {
    const result = await sh(`printf '\\377\\000out\\n\\n'; printf err >&2`);
    assert.deepEqual([...result.stdout], [0xff, 0, ...Buffer.from('out\n\n')]);
    assert.equal(textOf(result.stderr), 'err');
  }),
  inWorkspace('merges the streams in the order of writing', async ({ sh }) => {
    const result = await sh('for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done', { mergeOutput: true });
    assert.equal(textOf(result.stdout), [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `o${i}\ne${i}\n`).join(''));
    assert.equal(result.stderr.length, 0);
  }),
  inWorkspace('lets a command open its streams by name', async ({ sh }) => {
    const line = 'echo out >/dev/stdout; echo err >/dev/stderr; cat /dev/stdin; echo two | tee /dev/stderr';
    const result = await sh(line, { stdin: Buffer.from('in\n') });
    assert.equal(textOf(result.stdout), 'out\nin\ntwo\n');
    assert.equal(textOf(result.stderr), 'err\ntwo\n');
  }),
  inWorkspace('gives all of a large output', async ({ sh }) => {
    const result = await sh('head -c 9000000 /dev/zero; head -c 3000000 /dev/zero >&2');
    assert.deepEqual([result.stdout.length, result.stderr.length, result.exitCode], [9_000_000, 3_000_000, 0]);
  }),
  inWorkspace('hands over input, and does not mind who ignores it', async ({ run, sh }) => {
    const stdin = Buffer.alloc(3_000_000, 'x');
    assert.equal((await run({ argv: ['cat'], stdin })).stdout.length, stdin.length);
    assert.equal((await sh('exit 5', { stdin })).exitCode, 5);
    assert.equal(textOf((await sh('cat; echo end')).stdout), 'end\n');
  }),
  inWorkspace('passes arguments as they are, with no shell in between', async ({ run }) => {
    const odd = ['a b', '', '$HOME', '`id`', "'", '"', '\n', '*', '-n', 'ünï'];
    const result = await run({ argv: ['printf', '<%s>', ...odd] });
    assert.equal(textOf(result.stdout), odd.map((word) => `<${word}>`).join(''));
  }),
  inWorkspace('reports a program that is not there as a failed command', async ({ run }) => {
    const result = await run({ argv: ['no-such-program'] });
    assert.deepEqual([result.ending, result.exitCode], ['exited', 127]);
    assert.equal((await run({ argv: ['./README.md'] })).exitCode, 126);
  }),
  inWorkspace('runs in the workspace', async ({ sandbox, text }) => {
    assert.equal(await text('pwd'), sandbox.workdir);
    assert.equal(await text('./run.sh'), 'ran');
  }),
  inWorkspace('gives a clean environment and what the command adds', async ({ sh, sandbox }) => {
    process.env.SANDBOX_CONFORMANCE_SECRET = 'secret';
    const env = { GREETING: 'hällo world', LD_PRELOAD_NOT: '1', TZ: 'Asia/Tokyo' };
    const result = await sandbox.run({ argv: ['env'], env });
    delete process.env.SANDBOX_CONFORMANCE_SECRET;
    const lines = textOf(result.stdout).trimEnd().split('\n');
    assert.ok(lines.includes('GREETING=hällo world') && lines.includes('TZ=Asia/Tokyo'));
    const names = lines.map((line) => line.split('=')[0]!);
    const known = [
      'PATH',
      'HOME',
      'LANG',
      'TZ',
      'TMPDIR',
      'USER',
      'LOGNAME',
      'PYTHONDONTWRITEBYTECODE',
      'PYTHONUSERBASE',
    ];
    assert.deepEqual(
      names.filter((name) => !known.includes(name) && !(name in env)),
      [],
    );
    assert.equal((await sh('cd && touch here && test -w "$TMPDIR"')).exitCode, 0);
  }),
  inWorkspace(
    'lays harness files beside the workspace, executable',
    async ({ sandbox, text }) => {
      assert.equal(await text(`${sandbox.harnessDir}/bin/hello`), 'hello');
    },
    { harness: new Map([['bin/hello', Buffer.from('#!/bin/sh\necho hello\n')]]) },
  ),
  inWorkspace('refuses commands that cannot be', async ({ run }) => {
    for (const argv of [[], [''], ['a\0b']]) await assert.rejects(run({ argv }), isError('invalid-request'));
    await assert.rejects(run({ argv: ['true'], env: { 'A=B': '' } }), isError('invalid-request'));
  }),
  inWorkspace('runs commands of one workspace side by side', async ({ text }) => {
    const numbers = [1, 2, 3, 4];
    assert.deepEqual(await Promise.all(numbers.map((n) => text(`echo ${n}`))), numbers.map(String));
  }),
  {
    title: 'refuses everything after close, and ends what runs',
    isolationOnly: false,
    async run(provider) {
      const sandbox = await provider.open({ base: undefined, changes: new Map() });
      const running = assert.rejects(sandbox.run({ argv: ['sleep', '100'] }), isError('sandbox-closed'));
      await new Promise((resolve) => setTimeout(resolve, 100));
      await sandbox.close();
      await running;
      await assert.rejects(sandbox.run({ argv: ['true'] }), isError('sandbox-closed'));
      await assert.rejects(sandbox.readFile('x'), isError('sandbox-closed'));
      await sandbox.close();
    },
  },
  {
    title: 'keeps workspaces apart that are open together',
    isolationOnly: false,
    async run(provider) {
      const request = { base: EXAMPLE_TREE, changes: new Map([['README.md', aFile('changed\n')]]) };
      const sandboxes = await Promise.all([provider.open(request), provider.open({ ...request, changes: new Map() })]);
      try {
        const [first, second] = sandboxes.map(describe);
        await first!.sh('echo mine > src/a.txt');
        assert.equal(await first!.text('cat README.md src/a.txt'), 'changed\nmine');
        assert.equal(await second!.text('cat README.md src/a.txt'), 'read me\na');
      } finally {
        await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
      }
    },
  },
];

export function isError(code: SandboxError['code']) {
  return (error: unknown): boolean => error instanceof SandboxError && error.code === code;
}
