// Builds the example's git repository out of history/: the same commit ids every time, on every machine.
//   node examples/tallybook/make-repository.mjs DIRECTORY
import * as fs from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { applyPatch, createSnapshot, memoryBase, parsePatch } from '@swe-selfplay/artifact';
import git from 'isomorphic-git';

const historyFolder = new URL('./history/', import.meta.url);

/** Reads history/history.json: branch, author, and each commit with its diff's name, date, message and id. */
export async function readHistory() {
  return JSON.parse(await readFile(new URL('history.json', historyFolder), 'utf8'));
}

/**
 * Makes the repository at `directory`, which must be absent or empty. Yields nothing until it is whole: it is built
 * beside its place and moved there. Throws where a diff does not apply or a commit id is not the recorded one.
 */
export async function makeRepository(directory) {
  const target = resolve(directory);
  await assertAbsentOrEmpty(target);
  const { branch, author, commits } = await readHistory();
  const building = join(dirname(target), `.${basename(target)}.building-${process.pid}`);
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  try {
    await initRepository(building, branch);
    let snapshot = createSnapshot(memoryBase({}));
    for (const commit of commits) {
      const next = await applyDiff(snapshot, commit.diff);
      await stageChanges(building, snapshot, next);
      await commitStaged(building, author, commit);
      snapshot = next;
    }
    await rmdir(target).catch(ignoreMissing);
    await rename(building, target);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
  return { directory: target, head: commits.at(-1).id };
}

async function initRepository(dir, defaultBranch) {
  await git.init({ fs, dir, defaultBranch });
  // What git itself writes on a case-sensitive file system; isomorphic-git assumes the opposite.
  const settings = { filemode: true, symlinks: true, ignorecase: false };
  for (const [name, value] of Object.entries(settings)) await git.setConfig({ fs, dir, path: `core.${name}`, value });
}

async function applyDiff(snapshot, name) {
  const parsed = parsePatch(await readFile(new URL(name, historyFolder)));
  if (parsed.status !== 'parsed') throw new Error(`Expected history/${name} to be a git diff: ${parsed.reason}`);
  const applied = await applyPatch(snapshot, parsed.patch);
  if (applied.status !== 'applied') throw new Error(`Expected history/${name} to apply: ${applied.reason}`);
  return applied.snapshot;
}

// The base is empty, so the changes of a snapshot are all its files.
async function stageChanges(dir, before, after) {
  for (const path of before.changes.keys()) {
    if (after.changes.has(path)) continue;
    await rm(join(dir, path));
    await git.remove({ fs, dir, filepath: path });
  }
  for (const [path, file] of after.changes) {
    const known = before.changes.get(path);
    if (known !== undefined && Buffer.compare(known.content, file.content) === 0) continue;
    if (file.mode !== '100644')
      throw new Error(`Expected plain files only in the example, got mode ${file.mode} for ${path}.`);
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), file.content, { mode: 0o644 });
    await git.add({ fs, dir, filepath: path });
  }
}

async function commitStaged(dir, author, commit) {
  const person = { ...author, timestamp: Date.parse(commit.date) / 1000, timezoneOffset: 0 };
  const id = await git.commit({ fs, dir, message: commit.message, author: person, committer: person });
  if (id !== commit.id) throw new Error(`Expected history/${commit.diff} to give commit ${commit.id}, got ${id}.`);
}

async function assertAbsentOrEmpty(directory) {
  const names = await readdir(directory).catch(ignoreMissing);
  if (names?.length > 0)
    throw new Error(`Expected ${directory} to be absent or empty; remove it or name another place.`);
}

function ignoreMissing(error) {
  if (error.code !== 'ENOENT') throw error;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) {
  const [directory, ...rest] = process.argv.slice(2);
  if (directory === undefined || rest.length > 0) {
    console.error('Usage: node examples/tallybook/make-repository.mjs DIRECTORY');
    process.exitCode = 2;
  } else {
    try {
      const made = await makeRepository(directory);
      console.log(`${made.head} ${made.directory}`);
    } catch (error) {
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
    }
  }
}
