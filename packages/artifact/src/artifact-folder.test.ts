import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aDiff, artifactFiles } from '../test-support/an-artifact.js';
import { temporaryDirectory, write } from '../test-support/temporary.js';
import { loadArtifact, readArtifactFolder, writeArtifactFolder } from './artifact-folder.js';
import type { BugArtifact } from './bug-artifact.js';
import { createArtifact } from './create-artifact.js';

function anArtifact(overrides: Partial<Parameters<typeof createArtifact>[0]> = {}): BugArtifact {
  return createArtifact({
    script: 'python3 -m unittest\n',
    parser: 'print("{}")\n',
    testFiles: ['tests/test_a.py'],
    bugInject: Buffer.from(aDiff('a.py', '1', '2')),
    testWeaken: Buffer.from(aDiff('tests/test_a.py', 'assert x', 'pass')),
    provenance: { formatVersion: 1, strategy: 'mutation', seed: 3, details: { operator: 'swap' } },
    ...overrides,
  });
}

function aFolder(overrides: Parameters<typeof artifactFiles>[0] = {}): string {
  const directory = temporaryDirectory();
  write(directory, artifactFiles(overrides) as Record<string, Uint8Array>);
  return directory;
}

test('an artifact that was written is read as the same', async () => {
  const directory = join(temporaryDirectory(), 'new/folder');
  const artifact = anArtifact();
  await writeArtifactFolder(directory, artifact);
  expect(await loadArtifact(directory)).toEqual(artifact);
  expect(readdirSync(join(directory, '..'))).toEqual(['folder']);
});

test('other files and directories in the folder are ignored', async () => {
  const directory = aFolder();
  write(directory, { 'notes.md': 'x', 'sub/test_script.sh': 'x' });
  expect((await readArtifactFolder(directory)).status).toBe('read');
});

test.each(['test_script.sh', 'bug_inject.diff'] as const)(
  '%s may not be a link, a pipe or a directory',
  async (file) => {
    const directory = aFolder();
    const path = join(directory, file);
    const reasonOf = async () => {
      const reading = await readArtifactFolder(directory);
      return reading.status === 'malformed' ? reading.problems : [];
    };
    rmSync(path);
    symlinkSync('/etc/passwd', path);
    expect(await reasonOf()).toEqual([{ file, line: undefined, reason: expect.stringContaining('symbolic link') }]);
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(await reasonOf()).toEqual([{ file, line: undefined, reason: expect.stringContaining('regular file') }]);
    rmSync(path);
    mkdirSync(path);
    expect(await reasonOf()).toEqual([{ file, line: undefined, reason: expect.stringContaining('regular file') }]);
    rmSync(path, { recursive: true });
    expect(await reasonOf()).toEqual([{ file, line: undefined, reason: expect.stringContaining('missing') }]);
  },
);

test('a file of many gigabytes is refused without being read', async () => {
  const directory = aFolder();
  truncateSync(join(directory, 'test_weaken.diff'), 2 ** 40);
  const reading = await readArtifactFolder(directory);
  expect(reading).toMatchObject({
    status: 'malformed',
    problems: [{ file: 'test_weaken.diff', reason: expect.stringContaining('32 MiB') }],
  });
});

test('artifact.json that cannot be read is a warning', async () => {
  const directory = aFolder();
  symlinkSync('/etc/passwd', join(directory, 'artifact.json'));
  expect(await readArtifactFolder(directory)).toMatchObject({ status: 'read', warnings: [{ file: 'artifact.json' }] });
});

test.skipIf(process.getuid?.() === 0)('a file without permission is a problem', async () => {
  const directory = aFolder();
  chmodSync(join(directory, 'test_script.sh'), 0);
  expect(await readArtifactFolder(directory)).toMatchObject({
    status: 'malformed',
    problems: [{ file: 'test_script.sh' }],
  });
});

test('a missing directory and a file in its place are errors', async () => {
  const directory = aFolder();
  await expect(readArtifactFolder(join(directory, 'none'))).rejects.toMatchObject({
    name: 'ArtifactError',
    code: 'not-found',
  });
  const file = join(directory, 'test_script.sh');
  await expect(readArtifactFolder(file)).rejects.toMatchObject({ code: 'not-a-directory' });
  await expect(readArtifactFolder(join(file, 'below'))).rejects.toMatchObject({ code: 'not-a-directory' });
});

test('loading a malformed artifact names file and line of what is wrong', async () => {
  const directory = aFolder({ 'test_files.txt': 'a.py\n/b.py\n', 'test_parser.py': undefined });
  await expect(loadArtifact(directory)).rejects.toMatchObject({
    code: 'malformed',
    message: expect.stringMatching(/test_parser\.py: .*missing.*test_files\.txt:2: .*"\/b\.py"/s),
    problems: [{ file: 'test_parser.py' }, { file: 'test_files.txt', line: 2 }],
  });
});

test('writing the same artifact again changes nothing', async () => {
  const directory = join(temporaryDirectory(), 'artifact');
  await writeArtifactFolder(directory, anArtifact());
  await writeArtifactFolder(directory, anArtifact({ provenance: undefined }));
  expect((await loadArtifact(directory)).provenance?.seed).toBe(3);
  expect(readdirSync(join(directory, '..'))).toEqual(['artifact']);
});

test('an artifact never takes the place of another one or of anything else', async () => {
  const parent = temporaryDirectory();
  const other = anArtifact({ script: 'other\n' });
  write(parent, { file: 'kept', 'directory/file': 'kept' });
  symlinkSync('directory', join(parent, 'link'));
  await writeArtifactFolder(join(parent, 'artifact'), other);
  const before = readdirSync(parent);
  for (const name of ['artifact', 'file', 'directory', 'link']) {
    await expect(writeArtifactFolder(join(parent, name), anArtifact())).rejects.toMatchObject({ code: 'exists' });
  }
  await expect(writeArtifactFolder(join(parent, 'file/below'), anArtifact())).rejects.toMatchObject({
    code: 'unwritable',
  });
  expect(readdirSync(parent)).toEqual(before);
  expect((await loadArtifact(join(parent, 'artifact'))).id).toBe(other.id);
  expect(readFileSync(join(parent, 'file'), 'utf8')).toBe('kept');
});

test('an empty directory is filled', async () => {
  const directory = temporaryDirectory();
  await writeArtifactFolder(directory, anArtifact());
  expect((await loadArtifact(directory)).id).toBe(anArtifact().id);
});

test('of many writers of one folder one wins and the others agree or are refused', async () => {
  const directory = join(temporaryDirectory(), 'artifact');
  const artifacts = Array.from({ length: 12 }, (_, index) => anArtifact({ script: `run ${index % 2}\n` }));
  const results = await Promise.allSettled(artifacts.map((artifact) => writeArtifactFolder(directory, artifact)));
  const { id } = await loadArtifact(directory);
  const expected = artifacts.map((artifact) => (artifact.id === id ? 'fulfilled' : 'rejected'));
  expect(results.map(({ status }) => status)).toEqual(expected);
});

test.each([
  ['a path with a glob', { testFiles: ['tests/*.py'] }],
  ['no path', { testFiles: [] }],
  ['a path with a line feed', { testFiles: ['a\nb'] }],
  ['a blank path', { testFiles: ['a', ' '] }],
  ['an empty script', { script: '' }],
  ['an empty patch', { bugInject: new Uint8Array() }],
  ['a provenance that is not one', { provenance: { formatVersion: 2 } as never }],
])('creating an artifact with %s is an error', (_, overrides) => {
  expect(() => anArtifact(overrides)).toThrow(expect.objectContaining({ name: 'ArtifactError', code: 'malformed' }));
});
