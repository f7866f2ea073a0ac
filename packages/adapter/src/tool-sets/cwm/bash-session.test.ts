import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNamespacesProvider, type Sandbox, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type BashReply, type BashSession, type BashSessionOptions, createBashSession } from './bash-session.js';

vi.setConfig({ maxConcurrency: 2, testTimeout: 30_000 });

const MEBIBYTE = 1024 ** 2;
const LIMITS = { memoryBytes: 256 * MEBIBYTE, maxProcesses: 64, diskBytes: 48 * MEBIBYTE };
const directory = mkdtempSync(join(tmpdir(), 'bash-session-'));
let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createNamespacesProvider({ cacheDirectory: directory });
});
afterAll(async () => {
  await provider.close();
  rmSync(directory, { recursive: true, force: true });
});

interface InSession {
  readonly session: BashSession;
  readonly sandbox: Sandbox;
  run(command: string): Promise<BashReply>;
  /** Output of a command that has to end by itself. */
  text(command: string): Promise<string>;
}

async function inSession(use: (place: InSession) => Promise<void>, options: BashSessionOptions = {}): Promise<void> {
  await withSandbox(provider, { base: undefined, changes: new Map(), limits: LIMITS }, async (sandbox) => {
    const session = createBashSession(sandbox, { timeoutMs: 10_000, ...options });
    const run = (command: string) => session.execute(command, { signal: new AbortController().signal });
    const text = async (command: string) => {
      const reply = await run(command);
      expect(reply, command).toMatchObject({ status: 'done' });
      return reply.output;
    };
    await use({ session, sandbox, run, text });
    await session.close();
  });
}

describe('a bash session', () => {
  test('keeps directory, variables, functions, options, jobs and the last exit code', () =>
    inSession(async ({ run, text }) => {
      expect(await text('pwd')).toBe('/workspace');
      await text('mkdir -p a/b; cd a/b; name="two words"; export place=here; f() { echo "f $1"; }; set -o pipefail');
      expect(await text('pwd; echo "$name"; f x; sh -c "echo \\$place"; shopt -o pipefail')).toBe(
        '/workspace/a/b\ntwo words\nf x\nhere\npipefail       \ton',
      );
      await text('sleep 1000 & exec 5>log');
      expect(await text('kill -0 $! && jobs -r | wc -l; echo line >&5; cat log')).toBe('1\nline');
      expect(await run('(exit 7)')).toEqual({ status: 'done', exitCode: 7, output: '' });
      expect(await text('echo $?; true')).toBe('7');
      expect(await text('echo $?')).toBe('0');
    }));

  test('takes a command of any text', () =>
    inSession(async ({ run, text }) => {
      const anything = fc.string({ unit: 'binary', maxLength: 60 }).filter((value) => !value.includes('\0'));
      const nasty = fc.array(fc.constantFrom("'", '"', '\\', '\n', '$(', '`', '!', 'EOF', ';', '#', 'é', '\r', '\t'));
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            anything,
            nasty.map((parts) => parts.join('')),
          ),
          async (value) => {
            const quoted = `'${value.replaceAll("'", "'\\''")}'`;
            expect(await text(`printf '%s.' ${quoted}`)).toBe(`${Buffer.from(value).toString()}.`);
          },
        ),
        { numRuns: 60 },
      );
      expect(await text("cat <<'EOF'\n$HOME `x` 'it' \"is\"\nEOF")).toBe('$HOME `x` \'it\' "is"');
      expect(await text(`echo ${'x'.repeat(300_000)} | wc -c`)).toBe('300001');
      expect(await text('')).toBe('');
      expect(await text('# only a comment')).toBe('');
      expect(await run('echo a\0b')).toEqual({
        status: 'done',
        exitCode: 2,
        output: 'bash: a command cannot contain a NUL byte',
      });
    }));

  test('answers what bash cannot read with what bash says, and lives on', () =>
    inSession(async ({ run, text }) => {
      await text('name=kept');
      for (const command of ['echo "x', "echo 'x", 'if true', ')', 'for', '{ echo', 'echo $(', 'f() {', 'case a in']) {
        const reply = await run(command);
        expect(reply, command).toMatchObject({ status: 'done', exitCode: 2 });
        expect(reply.output, command).toMatch(/^bash: .*(unexpected|syntax error)/);
        expect(await text('echo $name'), command).toBe('kept');
      }
      expect(await text('cat <<EOF\nbody')).toMatch(/delimited by end-of-file[\s\S]*body$/);
      expect(await text('echo $name')).toBe('kept');
    }));

  test('gives the merged output as UTF-8 without one trailing newline, and no noise of its own', () =>
    inSession(async ({ text }) => {
      expect(await text('echo a; echo b >&2; echo c; echo')).toBe('a\nb\nc\n');
      expect(await text("printf '\\xe2'; sleep 0.1; printf '\\x82'; sleep 0.1; printf '\\xac'")).toBe('€');
      expect(await text("printf 'bad \\xff.'")).toBe('bad \ufffd.');
      expect(await text('sleep 0.05 & wait; sleep 100 & kill %1; wait %1 2>/dev/null; echo end')).toMatch(/end$/);
      expect(await text('sleep 0.05 &')).toBe('');
      expect(await text('sleep 0.2; true')).toBe('');
      expect(await text('(sleep 0.1; echo late) &')).toBe('');
      await sleep(400);
      expect(await text('echo now')).toBe('late\nnow');
    }));

  test('ends with its time, by itself, with too much output or by the caller, and starts afresh', () =>
    inSession(
      async ({ session, run, text }) => {
        await text('cd /tmp; name=old');
        expect(await run('echo before; sleep 100')).toEqual({ status: 'died', cause: 'timeout', output: 'before' });
        expect(await text('pwd; echo "[$name]"')).toBe('/workspace\n[]');
        expect(await run('echo before; exit 3')).toEqual({ status: 'died', cause: 'unexpected', output: 'before' });
        expect(await text('head -c 5000 /dev/zero | tr "\\0" x')).toBe('x'.repeat(5000));
        const much = await run('head -c 5001 /dev/zero | tr "\\0" x');
        expect(much).toEqual({ status: 'died', cause: 'too-much-output', output: 'x'.repeat(5000) });
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 300);
        expect(await session.execute('echo before; sleep 100', { signal: controller.signal })).toEqual({
          status: 'died',
          cause: 'cancelled',
          output: 'before',
        });
        const aborted = await session.execute('touch ran', { signal: AbortSignal.abort() });
        expect(aborted).toEqual({ status: 'died', cause: 'cancelled', output: '' });
        expect(await text('ls')).toBe('');
      },
      { timeoutMs: 1_500, maxOutputBytes: 5_000 },
    ));

  test('tells the next command what became of it meanwhile', () =>
    inSession(
      async ({ run, text }) => {
        expect(await text('(sleep 0.2; yes) &')).toBe('');
        await sleep(600);
        const flooded = await run('touch ran');
        expect(flooded).toMatchObject({ status: 'died', cause: 'too-much-output' });
        expect(flooded.output).toMatch(/^(y\n)+y?$/);
        expect(await text('ls; (sleep 0.2; kill -9 $$) &')).toBe('');
        await sleep(600);
        expect(await run('touch ran')).toMatchObject({ status: 'died', cause: 'unexpected' });
        expect(await text('ls')).toBe('');
      },
      { maxOutputBytes: 5_000 },
    ));

  test('runs commands one after the other, and none once it is closed', () =>
    inSession(async ({ session, run, sandbox }) => {
      const replies = await Promise.all([run('sleep 0.2; echo one'), run('echo two')]);
      expect(replies.map(({ output }) => output)).toEqual(['one', 'two']);
      const pending = run('sleep 100');
      await sleep(100);
      await session.close();
      expect(await pending).toMatchObject({ status: 'died', cause: 'cancelled' });
      await expect(run('echo no')).rejects.toMatchObject({ name: 'SandboxError', code: 'sandbox-closed' });
      expect((await sandbox.run({ argv: ['true'] })).exitCode).toBe(0);
    }));

  test('fails with the sandbox', () =>
    inSession(async ({ run, sandbox, text }) => {
      await text('true');
      const pending = run('sleep 100');
      await sandbox.close();
      expect(await pending).toMatchObject({ status: 'died', cause: 'unexpected' });
      await expect(run('echo no')).rejects.toMatchObject({ name: 'SandboxError', code: 'sandbox-closed' });
    }));
});

const HOG = 'blocks = []\nfor _ in range(80): blocks.append(bytearray(b"x") * (10 << 20))\nimport time; time.sleep(20)';
const CHILDREN =
  'import os, time\nfor _ in range(6):\n  if os.fork() == 0:\n    block = bytearray(b"x") * (100 << 20)\n    time.sleep(20)\n    os._exit(0)\nfor _ in range(6): os.wait()';
const FORKS = 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass';

/** Commands, and how each ends; undefined where that is for the kernel to say. */
const TORTURE: readonly (readonly [
  command: string,
  ending: BashReply['status'] | 'timeout' | 'unexpected' | 'too-much-output' | undefined,
])[] = [
  ['f() { f | f & }; f; sleep 100', undefined],
  [`python3 -c '${FORKS}'`, 'timeout'],
  [`python3 -c '${FORKS}' & echo started`, undefined],
  [`python3 -c '${HOG}'`, 'unexpected'],
  [`python3 -c '${CHILDREN}'`, 'unexpected'],
  ['(setsid sleep 1000 &); echo started', 'done'],
  ['(setsid sleep 1000 >/dev/null 2>&1 </dev/null &); exit', 'unexpected'],
  ["trap '' TERM INT HUP; sleep 1000", 'timeout'],
  ['kill -STOP $$', 'timeout'],
  ['kill -9 $$', 'unexpected'],
  ['kill -9 0', 'unexpected'],
  ['kill -9 -1', undefined],
  ['head -c 1G /dev/zero >/tmp/fill', 'done'],
  ['head -c 1G /dev/zero >fill', 'done'],
  ['mkdir many; cd many; seq 30000 | xargs touch 2>&1 | tail -1', 'done'],
  ['yes', 'too-much-output'],
  ['yes >&2', 'too-much-output'],
  ['yes & yes >&2 & cat /dev/zero', 'too-much-output'],
  ['while :; do :; done', 'timeout'],
  ['cat; read -r line; python3 -c "input()"', 'done'],
  ['exec sleep 1000', 'timeout'],
  ['exec true', 'unexpected'],
  ['exec no-such-program', 'unexpected'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
  ['for fd in /proc/$$/fd/*; do eval "exec ${fd##*/}>&-"; done', undefined],
  ['for fd in {3..63}; do eval "exec $fd>&-"; done', undefined],
  ['exec >/dev/null', 'done'],
  ['exec >/dev/null 2>&1 </dev/zero 3>&- 4>&- 60>&-', 'done'],
  ['exec 2>&1; exec 1>&-; exec 2>&- 0>&-', 'done'],
  ['set -e', 'done'],
  ['set -euxv; set -o pipefail; ! true; [[ a = b ]] && :', 'done'],
  ['set -e; false', 'unexpected'],
  ['set -n', 'timeout'],
  ['set -m; sleep 1000 & true', 'done'],
  ['set -o posix; set -fCbhaBkpT', 'done'],
  ['set -t', undefined],
  ["trap 'echo debug' DEBUG; trap 'echo error' ERR; trap 'echo bye' EXIT; trap 'echo return' RETURN; false", 'done'],
  ["trap '' TERM INT HUP CHLD PIPE; sleep 0.01", 'done'],
  ["shopt -s extdebug; trap 'false' DEBUG", 'timeout'],
  [
    'printf() { :; }; eval() { :; }; builtin() { :; }; unset() { :; }; exit() { :; }; true() { :; }; read() { :; }',
    'done',
  ],
  ['builtin() { command echo noise; return 1; }', 'done'],
  ['builtin() { "$@"; }; eval() { command echo noise; }', 'done'],
  ['shopt -s expand_aliases; alias builtin=false printf=false eval=false exit=true', 'done'],
  ['shopt -s expand_aliases; alias if=false else=false', undefined],
  ['enable -n builtin eval printf', undefined],
  ['enable -n eval', undefined],
  ['readonly IFS PATH PIPESTATUS POSIXLY_CORRECT; IFS=x', undefined],
  ['unset PATH HOME PWD PIPESTATUS; IFS=0123456789abcdef; LC_ALL=C; BASH_XTRACEFD=1; set -x', 'done'],
  ['mkdir gone; cd gone; rmdir ../gone', 'done'],
  ['ulimit -n 20', undefined],
  ['ulimit -n 4; ulimit -u 1; ulimit -f 0; ulimit -t 1', undefined],
  ['break; continue 3; return 4; shift 9; logout; suspend', undefined],
  ['echo "unbalanced', 'done'],
  ['cat <<EOF; cat <<EOF', 'done'],
  ['coproc cat; disown -a; wait', 'done'],
  ['chmod 000 /workspace; cd /; rm -rf /workspace 2>/dev/null', 'done'],
  ['kill -TERM $$', 'unexpected'],
  ['kill -SEGV $$', 'unexpected'],
  ['bash -c "kill -9 $PPID; kill -STOP $$"', 'timeout'],
  ['cat /proc/$$/fd/0 >/dev/null & cat /proc/$$/fd/1*', undefined],
];

/** A process that goes on by itself, told by a word in its arguments and its environment. */
function leaveDaemon(word: string): string {
  const loop = `trap "" TERM HUP INT; while :; do sleep 0.05; done # ${word}`;
  return `export TORTURE=${word}; (setsid sh -c '${loop}' >/dev/null 2>&1 </dev/null &)\n`;
}

/** Host processes with a word in their arguments or environment. */
function findProcesses(word: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${name}/${file}`, 'latin1').includes(word));
    } catch {
      return false; // Ended meanwhile.
    }
  });
}

describe.concurrent('a bash session survives', () => {
  test.each(TORTURE.map(([command, ending], index) => ({ command, ending, index })))(
    '$command',
    ({ command, ending, index }) =>
      inSession(
        async ({ session, run }) => {
          const word = `torture-${process.pid}-${index}-end`;
          await run(leaveDaemon(word));
          await vi.waitFor(() => expect(findProcesses(word).length).toBeGreaterThan(0), 5_000);
          const startedAt = performance.now();
          const reply = await run(command);
          expect(performance.now() - startedAt).toBeLessThan(10_000);
          if (ending === 'done') expect(reply).toMatchObject({ status: 'done' });
          else if (ending !== undefined) expect(reply).toMatchObject({ status: 'died', cause: ending });
          if (reply.status === 'died') expect(findProcesses(word)).toEqual([]);
          let next = await run('echo ok');
          if (next.status === 'died') {
            expect(reply.status).toBe('done');
            expect(findProcesses(word)).toEqual([]);
            next = await run('echo ok');
          }
          expect(next).toMatchObject({ status: 'done' });
          expect(next.output).toMatch(/(^|\n)ok$/);
          await session.close();
          expect(findProcesses(word)).toEqual([]);
        },
        { timeoutMs: ending === 'timeout' || ending === undefined ? 1_200 : 6_000 },
      ),
  );
});
