import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aRepository, commit, git, temporaryDirectory, write } from '../test-support/temporary.js';
import { openEnvironment } from './environment.js';
import { bundleHistory, type HistoryBundle } from './history-bundle.js';

async function bundleOf(directory: string, revision?: string): Promise<HistoryBundle> {
  const environment = await openEnvironment({ directory, revision });
  try {
    return await bundleHistory(environment);
  } finally {
    await environment.close();
  }
}

/** A new repository with what the bundle holds; nothing of it is checked out. */
function unbundle(history: HistoryBundle): string {
  if (history.status !== 'bundled') throw new Error(history.reason);
  const directory = temporaryDirectory();
  git(directory, 'init', '-q', '-b', 'main');
  writeFileSync(join(directory, 'history.bundle'), history.bundle);
  if (history.shallow.length > 0) writeFileSync(join(directory, '.git/shallow'), `${history.shallow.join('\n')}\n`);
  git(directory, 'bundle', 'unbundle', 'history.bundle');
  return directory;
}

function objectsOf(directory: string): string[] {
  return git(directory, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n').sort();
}

test('holds the revision and its ancestors under one name, and no object more', async () => {
  const directory = aRepository();
  git(directory, 'checkout', '-q', '-b', 'side');
  write(directory, { 'side.txt': 'side\n' });
  commit(directory, 'side', 1);
  git(directory, 'checkout', '-q', 'main');
  write(directory, { 'a.txt': 'b\n' });
  const second = commit(directory, 'second', 2);
  const wanted = git(directory, 'rev-list', '--objects', '--no-object-names', second).split('\n').sort();
  git(directory, 'notes', 'add', '-m', 'a note');
  git(directory, 'tag', '-a', 'v1', '-m', 'a tag');
  write(directory, { 'a.txt': 'later\n' });
  commit(directory, 'later', 3);
  write(directory, { 'a.txt': 'stashed\n' });
  git(directory, 'stash');
  git(directory, 'config', 'core.pager', 'touch /tmp/pager');
  const before = objectsOf(directory);

  const history = await bundleOf(directory, second);
  const copy = unbundle(history);
  expect(objectsOf(copy)).toEqual(wanted);
  expect(git(copy, 'bundle', 'list-heads', 'history.bundle')).toBe(`${second} refs/heads/main`);
  expect(git(copy, 'log', '--format=%s', second)).toBe('second\nfirst');
  expect(history).toMatchObject({ shallow: [] });
  expect(objectsOf(directory)).toEqual(before);
});

test('a history with other parents by a replacement is bundled as it was written', async () => {
  const directory = aRepository();
  const first = git(directory, 'rev-parse', 'HEAD');
  const second = commit(directory, 'second', 1);
  git(directory, 'replace', '--graft', second);
  const copy = unbundle(await bundleOf(directory, second));
  expect(git(copy, 'rev-list', second).split('\n')).toEqual([second, first]);
});

test('a shallow clone gives what it has, also by a linked work tree', async () => {
  const directory = aRepository();
  for (const minute of [1, 2, 3]) commit(directory, `later ${minute}`, minute);
  const clone = join(temporaryDirectory(), 'clone');
  git('/', 'clone', '-q', '--depth=2', `file://${directory}`, clone);
  const linked = join(temporaryDirectory(), 'linked');
  git(clone, 'worktree', 'add', '-q', '--detach', linked);
  for (const place of [clone, linked]) {
    const history = await bundleOf(place);
    expect(history).toMatchObject({ shallow: [git(clone, 'rev-parse', 'HEAD~1')] });
    const copy = unbundle(history);
    expect(git(copy, 'log', '--format=%s', git(clone, 'rev-parse', 'HEAD'))).toBe('later 3\nlater 2');
  }
});

test('a bare repository of SHA-256 with borrowed objects is bundled', async () => {
  const directory = temporaryDirectory();
  git(directory, 'init', '-q', '-b', 'main', '--object-format=sha256');
  write(directory, { 'a.txt': 'a\n' });
  const head = commit(directory, 'first');
  const bare = join(temporaryDirectory(), 'bare.git');
  git('/', 'clone', '-q', '--bare', '--shared', directory, bare);
  const history = await bundleOf(bare);
  if (history.status !== 'bundled') throw new Error(history.reason);
  expect(Buffer.from(history.bundle).toString('latin1')).toContain(`${head} refs/heads/main`);
});

test('a plain directory has no history', async () => {
  const directory = temporaryDirectory();
  write(directory, { 'a.txt': 'a\n' });
  expect(await bundleOf(directory)).toEqual({ status: 'unavailable', reason: 'the directory is no git repository' });
});

test('an environment is bundled once', async () => {
  const environment = await openEnvironment({ directory: aRepository() });
  expect(await bundleHistory(environment)).toBe(await bundleHistory(environment));
  await environment.close();
});

test('a history with a missing object cannot be had, which ends nothing else', async () => {
  const directory = aRepository();
  const blob = git(directory, 'rev-parse', 'HEAD:a.txt');
  write(directory, { 'a.txt': 'b\n' });
  commit(directory, 'second', 1);
  rmSync(join(directory, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  expect(await bundleOf(directory)).toMatchObject({ status: 'unavailable', reason: expect.stringContaining(blob) });
});

test('a repository that has gone is unreadable, and may come back', async () => {
  const directory = aRepository();
  const environment = await openEnvironment({ directory });
  renameSync(directory, `${directory}.away`);
  await expect(bundleHistory(environment)).rejects.toMatchObject({ name: 'EnvironmentError', code: 'unreadable' });
  renameSync(`${directory}.away`, directory);
  expect(await bundleHistory(environment)).toMatchObject({ status: 'bundled' });
  await environment.close();
});
