import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory, write } from '../../test-support/temporary.js';
import { directoryBase } from './directory.js';
import { memoryBase } from './memory.js';

test('reads files, modes and links, sorted, and follows no link', async () => {
  const directory = temporaryDirectory();
  write(directory, { 'b.txt': 'b', 'a/run.sh': '#!/bin/sh\n', 'a.b': '', 'ä ö\n.txt': 'name' });
  chmodSync(join(directory, 'a/run.sh'), 0o755);
  symlinkSync('/etc', join(directory, 'etc'));
  symlinkSync('missing', join(directory, 'dangling'));
  symlinkSync('a', join(directory, 'to-a'));
  const base = await directoryBase(directory);
  expect([...base.entries.keys()]).toEqual(['a.b', 'a/run.sh', 'b.txt', 'dangling', 'etc', 'to-a', 'ä ö\n.txt']);
  const link = (target: string) => ({ mode: '120000', content: Buffer.from(target) }) as const;
  const same = memoryBase({
    'b.txt': 'b',
    'a/run.sh': { mode: '100755', content: Buffer.from('#!/bin/sh\n') },
    'a.b': '',
    'ä ö\n.txt': 'name',
    etc: link('/etc'),
    dangling: link('missing'),
    'to-a': link('a'),
  });
  expect(base.digest).toBe(same.digest);
  expect(Buffer.from(await base.read('to-a')).toString()).toBe('a');
});

test('leaves out .git at every depth and bytecode of Python, and nothing else', async () => {
  const directory = temporaryDirectory();
  write(directory, {
    '.git/HEAD': 'x',
    'sub/.git': 'gitdir: elsewhere',
    '.gitignore': '*',
    '.github/x': '',
    'pkg/__pycache__/m.cpython-311.pyc': 'x',
    'pkg/__pycache__/deeper/n.txt': 'x',
    'pkg/m.pyc': 'x',
    'pkg/m.py': 'x',
    'node_modules/x.js': '',
  });
  const base = await directoryBase(directory);
  expect([...base.entries.keys()]).toEqual(['.github/x', '.gitignore', 'node_modules/x.js', 'pkg/m.py']);
});

test('skips pipes and sockets and does not hang on them', async () => {
  const directory = temporaryDirectory();
  write(directory, { a: 'a' });
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  const server = createServer().listen(join(directory, 'socket'));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  expect([...(await directoryBase(directory)).entries.keys()]).toEqual(['a']);
});

test('names a file whose name is not UTF-8', async () => {
  const directory = temporaryDirectory();
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/caf`), Buffer.from([0xe9])]), 'x');
  await expect(directoryBase(directory)).rejects.toMatchObject({
    code: 'unsupported-path',
    message: expect.stringContaining('café'),
  });
});

test('tells a file that changed after it was hashed', async () => {
  const directory = temporaryDirectory();
  write(directory, { a: 'before', b: 'before', c: 'before', d: 'same' });
  const base = await directoryBase(directory);
  write(directory, { a: 'after!' });
  rmSync(join(directory, 'b'));
  rmSync(join(directory, 'c'));
  execFileSync('mkfifo', [join(directory, 'c')]);
  for (const path of ['a', 'b', 'c']) await expect(base.read(path)).rejects.toMatchObject({ code: 'changed' });
  expect(Buffer.from(await base.read('d')).toString()).toBe('same');
  const readAll = async () => {
    for await (const _ of base.readAll());
  };
  await expect(readAll()).rejects.toMatchObject({ code: 'changed' });
});

test('tells a missing directory from a file', async () => {
  const directory = temporaryDirectory();
  write(directory, { file: '' });
  await expect(directoryBase(join(directory, 'none'))).rejects.toMatchObject({ code: 'not-found' });
  await expect(directoryBase(join(directory, 'file'))).rejects.toMatchObject({ code: 'not-a-directory' });
  await expect(directoryBase(join(directory, 'file/below'))).rejects.toMatchObject({ code: 'not-a-directory' });
});

test('reads an empty directory and one that is reached through a link', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'real/empty'), { recursive: true });
  symlinkSync('real', join(directory, 'link'));
  expect((await directoryBase(join(directory, 'link'))).entries.size).toBe(0);
  expect((await directoryBase(join(directory, 'link'))).digest).toBe(memoryBase({}).digest);
});

test('gives all files in order, with more of them than are read ahead', async () => {
  const directory = temporaryDirectory();
  const files = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [`d${index % 7}/f${index}`, `content ${index}`]),
  );
  write(directory, files);
  const seen: Record<string, string> = {};
  const base = await directoryBase(directory);
  for await (const { path, content } of base.readAll()) seen[path] = Buffer.from(content).toString();
  expect(seen).toEqual(files);
  expect(Object.keys(seen)).toEqual([...base.entries.keys()]);
});
