import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox, SandboxProcess } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { type ConformanceCase, EXAMPLE_TREE, inWorkspace, isolated, textOf } from './conformance-case.js';

const MEBIBYTE = 1024 ** 2;
const SOON_MS = 5_000;
const HOG =
  'import time\nblocks = []\nfor _ in range(80):\n  blocks.append(bytearray(b"x") * (10 << 20))\n  time.sleep(.01)\ntime.sleep(20)';

interface Started extends SandboxProcess {
  say(line: string): void;
  output(): string;
  /** Waits until the output matches. */
  until(pattern: RegExp): Promise<void>;
}

async function startIn(sandbox: Sandbox, line: string, env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const chunks: Uint8Array[] = [];
  const output = () => textOf(Buffer.concat(chunks));
  const process = await sandbox.start({ argv: ['sh', '-c', line], env }, (chunk) => chunks.push(chunk));
  return {
    write: process.write,
    ended: process.ended,
    kill: process.kill,
    say: (text) => process.write(Buffer.from(`${text}\n`)),
    output,
    async until(pattern) {
      const deadline = performance.now() + SOON_MS;
      while (!pattern.test(output())) {
        assert.ok(performance.now() < deadline, `${pattern} did not come, but ${JSON.stringify(output())}`);
        await sleep(5);
      }
    },
  };
}

export const processCases: readonly ConformanceCase[] = [
  inWorkspace('writes to a process and reads from it while it runs', async ({ sandbox, text }) => {
    const echo = 'echo "$PLACE"; while read -r line; do echo "got $line"; echo "err $line" >&2; done; echo end';
    const process = await startIn(sandbox, echo, { PLACE: 'here' });
    await process.until(/^here\n$/);
    process.say('one');
    await process.until(/got one\nerr one\n$/);
    await sandbox.writeFile('new', Buffer.from('text'));
    assert.equal(await text('cat new'), 'text');
    assert.equal(textOf(await sandbox.readFile('new')), 'text');
    assert.deepEqual([...(await sandbox.changedFiles()).keys()], ['new']);
    process.say('two');
    await process.until(/got two\nerr two\n$/);
    await process.kill();
    assert.deepEqual(await process.ended, { ending: 'killed', exitCode: undefined });
    process.say('nobody reads this');
    await process.kill();
  }),
  inWorkspace('reports the exit code of a process, with all its output', async ({ sandbox }) => {
    const process = await startIn(sandbox, 'read -r line; seq 30000; sleep 100 & exit 3');
    process.say('go');
    assert.deepEqual(await process.ended, { ending: 'exited', exitCode: 3 });
    assert.match(process.output(), /^1\n2\n(\d+\n)*30000\n$/);
    assert.deepEqual(await (await startIn(sandbox, 'exit 0')).ended, { ending: 'exited', exitCode: 0 });
    const missing = await sandbox.start({ argv: ['no-such-program'] }, () => {});
    assert.deepEqual(await missing.ended, { ending: 'exited', exitCode: 127 });
  }),
  inWorkspace('lets processes and commands run side by side', async ({ sandbox, sh }) => {
    const echo = 'sleep 1000 & while read -r line; do kill -0 $! && echo "$0 $line"; done';
    const [first, second] = await Promise.all([startIn(sandbox, echo), startIn(sandbox, echo)]);
    const result = await sh('sleep 100 & sleep 0.2; echo done');
    assert.deepEqual([textOf(result.stdout), result.ending], ['done\n', 'exited']);
    assert.equal((await sh('sleep 100', { timeoutMs: 200 })).ending, 'timed-out');
    const meanwhile = sh('sleep 0.5; echo still here');
    first.say('one');
    await first.until(/one\n/);
    await first.kill();
    second.say('two');
    await second.until(/two\n/);
    assert.equal(textOf((await meanwhile).stdout), 'still here\n');
    second.say('three');
    await second.until(/three\n/);
    await second.kill();
  }),
  isolated(
    inWorkspace('kills daemons with the process that made them', async ({ sandbox, text }) => {
      const beat = 'date +%N > /tmp/new; mv /tmp/new /tmp/alive; sleep 0.01';
      const daemon = `setsid sh -c "trap '' TERM HUP INT; while :; do ${beat}; done"`;
      const untilAlive = 'while ! [ -e /tmp/alive ]; do sleep 0.01; done; echo alive';
      for (const last of ['cat', 'exit 0']) {
        const process = await startIn(sandbox, `(${daemon} &); ${untilAlive}; ${last}`);
        await process.until(/alive/);
        if (last === 'cat') await process.kill();
        else await process.ended;
        const before = await text('cat /tmp/alive');
        assert.equal(await text('sleep 0.2; cat /tmp/alive'), before);
        await text('rm /tmp/alive');
      }
    }),
  ),
  inWorkspace('kills a process whatever it ignores', async ({ sandbox }) => {
    for (const line of [
      "trap '' TERM INT HUP; while :; do sleep 1; done",
      'kill -STOP $$',
      'yes',
      'exec 0<&- 1>&- 2>&-; sleep 100',
    ]) {
      const process = await startIn(sandbox, line);
      await sleep(50);
      const startedAt = performance.now();
      await process.kill();
      assert.equal((await process.ended).ending, 'killed', line);
      assert.ok(performance.now() - startedAt < SOON_MS, line);
    }
  }),
  inWorkspace(
    'ends a process that takes too much memory, with all that it started',
    async ({ sandbox, text }) => {
      const process = await startIn(sandbox, `python3 -c '${HOG}'; sleep 30; echo survived`);
      assert.deepEqual(await process.ended, { ending: 'memory-exceeded', exitCode: undefined });
      assert.doesNotMatch(process.output(), /survived/);
      assert.equal(await text('echo still here'), 'still here');
      const next = await startIn(sandbox, 'cat');
      next.say('and so is this');
      await next.until(/and so is this/);
      await next.kill();
    },
    { limits: { memoryBytes: 200 * MEBIBYTE } },
  ),
  {
    title: 'ends a process when the sandbox closes, and starts none then',
    isolationOnly: false,
    run: async (provider) => {
      const sandbox = await provider.open({ base: EXAMPLE_TREE, changes: new Map() });
      const process = await startIn(sandbox, 'cat');
      const starting = sandbox.start({ argv: ['cat'] }, () => {}).catch((error: unknown) => error);
      await sandbox.close();
      assert.deepEqual(await process.ended, { ending: 'killed', exitCode: undefined });
      const isClosed = (error: unknown) => error instanceof SandboxError && error.code === 'sandbox-closed';
      const late = await starting;
      if (!isClosed(late)) assert.equal((await (late as SandboxProcess).ended).ending, 'killed');
      await assert.rejects(
        sandbox.start({ argv: ['cat'] }, () => {}),
        isClosed,
      );
      await process.kill();
    },
  },
];
