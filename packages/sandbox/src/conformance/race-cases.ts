import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { type ConformanceCase, inWorkspace, isolated, textOf } from './conformance-case.js';

const RACE_MS = 1_500;
const MAX_PATIENCE_MS = 6_000;
const OUTSIDE = '/tmp/outside';
const HARNESS_TEXT = 'of the harness\n';
const INSIDE_TEXTS = ['inside\n', 'written\n'];
/** Exchanges a directory with a link to one outside, or a file with a link to one outside, as fast as it can. */
const EXCHANGE = `
import ctypes, os, sys
os.makedirs('${OUTSIDE}/sub', exist_ok=True)
for path in ('${OUTSIDE}/f', '${OUTSIDE}/sub/f'):
  with open(path, 'w') as file: file.write('outside\\n')
os.mkdir('d')
os.makedirs('k/sub')
for path in ('d/f', 'k/sub/f', 'f', 'h'):
  with open(path, 'w') as file: file.write('inside\\n')
links = {'d': ('e', '${OUTSIDE}'), 'f': ('g', '/etc/passwd'), 'h': ('i', sys.argv[1]), 'k/sub': ('k/bus', '../../tmp/outside/sub')}
for link, target in links.values(): os.symlink(target, link)
exchange = ctypes.CDLL(None).renameat2
pairs = [(-100, os.fsencode(one), -100, os.fsencode(two), 2) for one, (two, _) in links.items()]
if any(exchange(*pair) for pair in pairs): print('refused')
print('ready', flush=True)
while True:
  for pair in pairs: exchange(*pair)`;
/** Makes and removes a file, and makes a pipe of it. */
const REPLACE = `
import os
os.mkdir('d')
print('ready', flush=True)
while True:
  for make in (lambda: os.close(os.open('d/f', os.O_CREAT)), lambda: os.mkfifo('d/f'), lambda: os.symlink('/etc/passwd', 'd/f')):
    try: make(); os.unlink('d/f')
    except OSError: pass`;

const harness = new Map([['canary', Buffer.from(HARNESS_TEXT)]]);

export const raceCases: readonly ConformanceCase[] = [
  inWorkspace(
    'reads and writes nothing outside of the workspace for the host while links are exchanged',
    async ({ sandbox, text }) => {
      const tally = await race(
        sandbox,
        [EXCHANGE, `${sandbox.harnessDir}/canary`],
        ['d/f', 'k/sub/f', 'f', 'h'],
        'd/new',
      );
      assert.ok(tally.read > 0, 'some reads find the file');
      assert.equal(
        await text(`cat ${OUTSIDE}/f ${OUTSIDE}/sub/f ${sandbox.harnessDir}/canary`),
        `outside\noutside\n${HARNESS_TEXT.trim()}`,
      );
      assert.equal(
        await text(`find ${OUTSIDE} -mindepth 1 | LC_ALL=C sort`),
        `${OUTSIDE}/f\n${OUTSIDE}/sub\n${OUTSIDE}/sub/f`,
      );
    },
    { base: undefined, harness },
  ),
  inWorkspace(
    'waits for no pipe that is put in the place of a file, for the host',
    async ({ sandbox }) => void (await race(sandbox, [REPLACE], ['d/f'], 'd/f')),
    { base: undefined, harness },
  ),
].map((entry) => ({
  ...isolated(entry),
  findLack: ({ guarantees }) => guarantees.find((line) => line.includes('could be exchanged')),
}));

/** Uses the files from outside while a program of the workspace changes them; counts what was read. */
async function race(
  sandbox: Sandbox,
  program: readonly string[],
  reads: readonly string[],
  written: string,
): Promise<{ readonly read: number }> {
  let output = '';
  const attack = await sandbox.start({ argv: ['python3', '-c', ...program] }, (chunk) => {
    output += textOf(chunk);
  });
  const patience = performance.now() + MAX_PATIENCE_MS;
  while (!output.includes('ready') && performance.now() < patience) await sleep(5);
  assert.equal(output, 'ready\n');
  const deadline = performance.now() + RACE_MS;
  let read = 0;
  // A busy host may let nothing be read for a while.
  const isOn = () => performance.now() < (read === 0 ? Math.max(patience, deadline) : deadline);
  for (let round = 0; round === 0 || isOn(); round += 1) {
    const writing = unlessRefused(sandbox.writeFile(written, Buffer.from('written\n')), ['sandbox-failed']);
    const contents = await Promise.all(reads.map((path) => unlessRefused(sandbox.readFile(path), ['file-not-found'])));
    await writing;
    for (const content of contents.filter((found) => found !== undefined)) {
      read += 1;
      assert.ok(['', ...INSIDE_TEXTS].includes(textOf(content)), textOf(content));
    }
    if (round % 3 > 0) continue;
    for (const file of (await unlessRefused(sandbox.changedFiles(), ['too-much-changed']))?.values() ?? []) {
      if (file === null || file.mode === '120000') continue;
      assert.ok(['', ...INSIDE_TEXTS].includes(textOf(file.content)), textOf(file.content));
    }
  }
  assert.equal(output, 'ready\n', 'the race went on to the end');
  await attack.kill();
  return { read };
}

async function unlessRefused<Value>(
  action: Promise<Value>,
  codes: readonly SandboxError['code'][],
): Promise<Value | undefined> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof SandboxError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
