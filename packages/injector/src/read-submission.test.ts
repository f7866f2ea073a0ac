import { ARTIFACT_FILES } from '@swe-selfplay/artifact';
import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readSubmission } from './read-submission.js';

const DIFF = 'diff --git a/x b/x\nnew file mode 100644\n';
const WRITE = `
chmod -R u+rwx ~/artifact 2> /dev/null; rm -rf ~/artifact /tmp/made "/tmp/-a b" /tmp/link /tmp/test_script.sh ./*; mkdir ~/artifact && cd ~/artifact
echo true > test_script.sh; echo 'print("{}")' > test_parser.py; echo a > test_files.txt
printf '${DIFF.replaceAll('\n', '\\n')}' | tee bug_inject.diff > test_weaken.diff
`;
const PATHS: readonly string[] = ARTIFACT_FILES.map((name) => `~/artifact/${name}`);

let provider: SandboxProvider;
let sandbox: Sandbox;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  sandbox = await provider.open({ base: undefined, changes: new Map() });
});
afterAll(async () => {
  await sandbox.close();
  await provider.close();
});
beforeEach(() => shell(WRITE));

async function shell(command: string): Promise<void> {
  const { exitCode } = await sandbox.run({ argv: ['bash', '-c', command] });
  expect(exitCode).toBe(0);
}

test.each([
  ['in the home directory', 'true', PATHS],
  ['elsewhere', 'mv ~/artifact /tmp/made', PATHS.map((path) => path.replace('~/artifact', '/tmp/made'))],
  ['in the workspace', 'mv ~/artifact made', PATHS.map((path) => path.replace('~/artifact', 'made'))],
  ['in the workspace itself', 'mv ~/artifact/* .', ['.']],
  ['in a directory of an odd name', 'mv ~/artifact "/tmp/-a b"', ['/tmp/-a b//']],
  ['behind a link to their directory', 'ln -s ~/artifact /tmp/link', ['/tmp/link/']],
  [
    'in several places, among others',
    'mv ~/artifact/test_script.sh /tmp',
    ['/etc/passwd', '/tmp/test_script.sh', ...PATHS.filter((path) => !path.endsWith('.sh'))],
  ],
])('the five files are read %s', async (_, command, paths) => {
  await shell(command);
  const reading = await readSubmission(sandbox, paths);
  if (reading.status !== 'read') throw new Error(reading.problems.join());
  expect(Buffer.from(reading.artifact.files['bug_inject.diff']).toString()).toBe(DIFF);
  expect(reading.artifact.testFiles).toEqual(['a']);
});

const SCRIPT = '~/artifact/test_script.sh';
const NAMED = `test_script.sh: The file "${SCRIPT}"`;
test.each([
  ['a missing file', `rm ${SCRIPT}`, PATHS, `${NAMED} is not there.`],
  ['a file not named', 'true', PATHS.slice(1), 'test_script.sh: It was not handed in.'],
  ['two files of a name', 'true', [...PATHS, '/tmp/test_script.sh'], 'test_script.sh: Expected one file of this name'],
  [
    'a directory that is not there',
    'true',
    ['nowhere'],
    'test_script.sh: The file "nowhere/test_script.sh" is not there.',
  ],
  ['a link to a file', `ln -sf /etc/passwd ${SCRIPT}`, PATHS, `${NAMED} is a symbolic link`],
  ['a link to a device', `ln -sf /dev/zero ${SCRIPT}`, PATHS, `${NAMED} is a symbolic link`],
  ['a device', 'true', ['/dev/zero'], 'test_script.sh: The file "/dev/zero/test_script.sh" is not there.'],
  ['a pipe', `rm ${SCRIPT}; mkfifo ${SCRIPT}`, PATHS, `${NAMED} is no regular file.`],
  ['a directory for a file', `rm ${SCRIPT}; mkdir ${SCRIPT}`, PATHS, `${NAMED} is no regular file.`],
  ['a file of a gigabyte', `truncate -s 1G ${SCRIPT}`, PATHS, 'test_script.sh: Expected at most 32 MiB, got more.'],
  [
    'a script of a few megabytes',
    `truncate -s 3M ${SCRIPT}`,
    PATHS,
    'test_script.sh: Expected at most 1 MiB, got more.',
  ],
  ['a file that nobody may read', `chmod 000 ${SCRIPT}`, PATHS, `${NAMED} cannot be read.`],
  ['a directory that nobody may enter', 'chmod 000 ~/artifact', PATHS, `${NAMED} is not there.`],
  [
    'a path with a NUL byte',
    'true',
    [`\0/test_script.sh`, ...PATHS.slice(1)],
    'test_script.sh: Expected a path without',
  ],
  ['a path longer than any', 'true', [`${'x/'.repeat(4000)}test_script.sh`], 'is not there.'],
  ['a diff that is none', 'echo nothing > ~/artifact/bug_inject.diff', PATHS, 'bug_inject.diff:1: '],
])('%s makes no artifact, and the problem says why', async (_, damage, paths, problem) => {
  await shell(damage);
  expect(await readSubmission(sandbox, paths)).toMatchObject({
    status: 'malformed',
    problems: expect.arrayContaining([expect.stringContaining(problem)]),
  });
});

test('reading ends with the signal', async () => {
  const signal = AbortSignal.abort(new Error('called off'));
  await expect(readSubmission(sandbox, PATHS, signal)).rejects.toThrow('called off');
});
