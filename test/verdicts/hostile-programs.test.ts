import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recipe } from '../support/artifact-recipe.js';
import { type Court, expectFailureAt, expectValid, openCourt, processesWith } from '../support/court.js';
import { SHOP_PARSER, SHOP_SCRIPT } from '../support/shop-project.js';

/** In the arguments and environment of every process that must not outlive its run. */
const MARK = `hostile-${process.pid}-${Date.now()}`;

let court: Court;

beforeAll(async () => {
  process.env.SWE_SELFPLAY_TEST_SECRET = MARK;
  court = await openCourt();
});

afterAll(async () => {
  delete process.env.SWE_SELFPLAY_TEST_SECRET;
  const left = await processesWith(MARK);
  await court.close();
  expect(left).toEqual([]);
});

const sleeper = `python3 -c 'import time; time.sleep(1000)' ${MARK}`;
/** One more test, which passes where the shell condition holds. */
const holds = (name: string, condition: string) =>
  `if ${condition}; then echo 'test_${name} (tests.X.test_${name}) ... ok'; else echo 'test_${name} (tests.X.test_${name}) ... FAIL'; fi\n`;
const validate = (recipe: Recipe, timeoutMs = 30_000) => court.validate(recipe, { rules: { repeats: 1, timeoutMs } });

describe('a script gains and harms nothing, and its artifact is valid, when it', () => {
  const scripts: [title: string, script: string][] = [
    [
      'leaves daemons behind that hold its output',
      `setsid ${sleeper} &\nnohup ${sleeper} & (${sleeper} &)\n${SHOP_SCRIPT}`,
    ],
    ['kills all that it can when it is done', `${SHOP_SCRIPT}kill -9 $PPID -1\n`],
    [
      'writes wherever it may when it is done',
      `${SHOP_SCRIPT}for f in /etc/x /usr/x /root/x /harness/x ~/x /tmp/x /dev/shm/x shop/prices.py ../x; do echo x 2>/dev/null >$f; done; rm -rf /workspace /home 2>/dev/null\n`,
    ],
    [
      'uses git to get at other states',
      `git stash; git checkout -f HEAD~1; git reset --hard; git log --all\n${SHOP_SCRIPT}${holds('no_git', '[ ! -e .git ]')}`,
    ],
    [
      'would change itself or the parser',
      `echo 'exit 0' 2>/dev/null >"$0"; rm -f "$0"; mv "$(dirname "$0")" /tmp/h; ln -sf /tmp/x "$0"; mount -o remount,rw /\n${SHOP_SCRIPT}${holds('same', '! [ -w "$0" ] && grep -q unittest "$0"')}`,
    ],
    [
      'looks for secrets of the host',
      `${SHOP_SCRIPT}${holds('environment', '! env | grep -q SECRET')}${holds('processes', '! cat /proc/[0-9]*/environ 2>/dev/null | grep -q SWE_SELFPLAY_TEST_SECRET')}${holds('home', '! ls /root/.ssh /root/.bashrc /home/*/.bashrc 2>/dev/null | grep -q .')}${holds('few', '[ $(ls -d /proc/[0-9]* | wc -l) -lt 20 ]')}`,
    ],
    [
      'looks for a network',
      `${SHOP_SCRIPT}${holds('network', `! python3 -c 'import socket; socket.create_connection(("198.51.100.1", 80), 2)' 2>/dev/null`)}${holds('loopback', `python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); socket.create_connection(s.getsockname(), 2)'`)}`,
    ],
    [
      'fills the disk',
      `dd if=/dev/zero of=big bs=1M 2>/dev/null; dd if=/dev/zero of=/tmp/big bs=1M 2>/dev/null; rm -f big /tmp/big\n${SHOP_SCRIPT}`,
    ],
    ['prints bytes that are no text', `head -c 200000 /dev/urandom; printf '\\n\\0\\n'\n${SHOP_SCRIPT}`],
    [
      'leaves word for its next run',
      `[ ! -e /tmp/word ] && [ ! -e word ] && [ ! -e ~/word ] && [ ! -e /dev/shm/word ] || exit 0\necho x | tee /tmp/word word ~/word /dev/shm/word\n${SHOP_SCRIPT}`,
    ],
    [
      'writes to descriptors that are not its own',
      `echo ' 0' >&3; echo . >/proc/1/fd/3; echo x >/proc/1/mem; for n in 4 5 6 7 8 9; do echo x >&$n; done\n${SHOP_SCRIPT}`,
    ],
    ['lowers its own limits and masks', `umask 777; ulimit -f 100; trap '' TERM INT HUP\n${SHOP_SCRIPT}`],
    ['ends with any status', `${SHOP_SCRIPT}exit 255\n`],
  ];
  test.concurrent.each(scripts)('%s', async (_title, script) => {
    expectValid(await validate({ script }));
  });
});

describe('test-script stops, in time, a script that', () => {
  const scripts: [title: string, script: string, reason: RegExp][] = [
    ['is a fork bomb', ':(){ :|:& };:\nwait; sleep 1000\n', /did not end|found 0|output limit/],
    [
      'forks without end in Python',
      `python3 -c '\nimport os\nwhile True:\n    try: os.fork()\n    except OSError: pass' ${MARK}\n`,
      /did not end/,
    ],
    [
      'hogs memory by way of files',
      `dd if=/dev/zero of=/dev/shm/x bs=1M count=5000 2>&1\nsleep 1000\n`,
      /memory|did not end/,
    ],
    ['prints without end in the background', `yes ${MARK} &\n${SHOP_SCRIPT}sleep 1000\n`, /output limit/],
    ['closes its output and sleeps', `${SHOP_SCRIPT}exec >&- 2>&-\n${sleeper}\n`, /did not end/],
    ['takes no signal', `trap '' TERM INT HUP QUIT USR1 PIPE\nwhile :; do sleep 1; done\n`, /did not end/],
    ['stops itself', `kill -STOP $$\n${SHOP_SCRIPT}`, /did not end/],
    ['stops everything', `(setsid ${sleeper} &); kill -STOP -1; kill -STOP $$\n`, /did not end/],
    ['kills everything at once, itself included', `kill -9 -1; kill -9 $$\n${SHOP_SCRIPT}`, /printed nothing|found 0/],
    ['removes the workspace', `rm -rf ./* /workspace\n${SHOP_SCRIPT}`, /found 0/],
    [
      'puts links in the place of the tests',
      `rm -rf tests shop; ln -s / tests; ln -s /proc/1/root shop\n${SHOP_SCRIPT}`,
      /found 0|did not end/,
    ],
    ['waits for input', `cat >/dev/null; read -r x </dev/tty; sleep 1000\n`, /did not end/],
  ];
  test.concurrent.each(scripts)('%s', async (_title, script, reason) => {
    const startedAt = performance.now();
    expectFailureAt(await validate({ script }, 3000), 'test-script', reason);
    expect(performance.now() - startedAt).toBeLessThan(55_000);
  });

  // With time enough, so that memory is the limit that it meets, however busy the machine is.
  test.concurrent('hogs memory', async () => {
    const script = `python3 -c 'x = [bytearray(10 ** 8) for _ in range(100)]' ${MARK}\n${SHOP_SCRIPT}`;
    expectFailureAt(await validate({ script }, 40_000), 'test-script', /memory/);
  });
});

test('rewriting the tests while they run is seen as a weakening that hides nothing', async () => {
  const script = `sed -i 's/with_tax(100, 19), 119/with_tax(100, 19), prices.with_tax(100, 19)/' tests/*.py\n${SHOP_SCRIPT}`;
  expectFailureAt(await validate({ script }), 'test-weakening', /hides none of 1/);
});

describe('test-parser stops, in time, a parser that', () => {
  const then = (program: string) => `${SHOP_PARSER}\nsys.stdout.flush()\nimport os, subprocess, time\n${program}\n`;
  const parsers: [title: string, parser: string][] = [
    ['hangs after its result', then('time.sleep(1000)')],
    ['closes its output and hangs', then('os.close(1); time.sleep(1000)')],
    ['forks without end', then('while True:\n    try: os.fork()\n    except OSError: pass')],
    ['kills itself after its result', then('os.kill(os.getpid(), 9)')],
    ['kills everything after its result', then('os.kill(-1, 9); os.kill(os.getpid(), 9)')],
    ['hogs memory', then('x = [bytearray(10 ** 8) for _ in range(100)]')],
    ['nests its answer deeply', 'print("[" * 1000000)\n'],
  ];
  test.concurrent.each(parsers)('%s', async (_title, parser) => {
    expectFailureAt(await validate({ parser }), 'test-parser');
  });

  test('a parser that leaves a daemon and files behind is valid, and nothing stays', async () => {
    const parser = then(
      `subprocess.Popen(['sleep', '1000'], env={'MARK': '${MARK}'}, start_new_session=True)\n` +
        "assert not os.path.exists('/tmp/seen')\nopen('/tmp/seen', 'w').close()\n" +
        "assert not os.path.exists('shop') and not os.access(sys.argv[0], os.W_OK)",
    );
    expectValid(await validate({ parser }));
  });
});
