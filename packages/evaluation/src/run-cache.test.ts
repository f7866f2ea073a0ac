import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDiskRunCache, createMemoryRunCache, type ScriptRecord } from './run-cache.js';
import type { Parse, TestRun } from './test-run.js';

const KEY = 'ab'.repeat(32);

function aRun(ending: TestRun['script']['ending'] = 'exited', output = 'é\xff\n'): ScriptRecord {
  return {
    script: { ending, output: Buffer.from(output, 'latin1'), durationMs: 5 },
    witness: { status: 'complete', results: new Map([['unittest a', 'skipped']]), tampered: ['b'] },
  };
}

async function aCache() {
  const directory = await mkdtemp(join(tmpdir(), 'run-cache-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const problems: string[] = [];
  return { directory, problems, cache: createDiskRunCache(directory, (problem) => problems.push(problem)) };
}

test('keeps a run byte for byte for another process', async () => {
  const { directory, cache } = await aCache();
  const other = createDiskRunCache(directory, () => undefined);
  await cache.scripts.set(KEY, aRun());
  expect(await other.scripts.get(KEY)).toEqual(aRun());
  const code = new Map([['unittest a', `w${'0'.repeat(16)}tests/é.py`]]);
  const withCode: ScriptRecord = { ...aRun(), witness: { ...aRun().witness!, code } };
  await cache.scripts.set(KEY, withCode);
  expect(await other.scripts.get(KEY)).toEqual(withCode);
});

test('keeps what parsers made of a run apart from it', async () => {
  const { cache } = await aCache();
  const parse: Parse = {
    status: 'parsed',
    report: new Map([
      ['__proto__', 'failed'],
      ['a b', 'passed'],
    ]),
  };
  await cache.parses.set(KEY, parse);
  expect(await cache.parses.get(KEY)).toEqual(parse);
  expect(await cache.scripts.get(KEY)).toBeUndefined();
});

test('does not keep what a busy machine may have caused', async () => {
  const { cache } = await aCache();
  await cache.scripts.set(KEY, aRun('timed-out'));
  await cache.scripts.set(KEY, aRun('memory-exceeded'));
  expect(await cache.scripts.get(KEY)).toBeUndefined();
});

test.each(['', '{', '{"formatVersion":1}', 'null'])('takes a damaged entry (%j) for an absent one', async (damaged) => {
  const { directory, cache } = await aCache();
  await cache.scripts.set(KEY, aRun());
  await writeFile(join(directory, 'ab', `${KEY}.json`), damaged);
  expect(await cache.scripts.get(KEY)).toBeUndefined();
});

test('does not give an entry that was moved to another key', async () => {
  const { directory, cache } = await aCache();
  await cache.scripts.set(KEY, aRun());
  const other = `ab${'0'.repeat(62)}`;
  await writeFile(join(directory, 'ab', `${other}.json`), await readFile(join(directory, 'ab', `${KEY}.json`)));
  expect(await cache.scripts.get(other)).toBeUndefined();
});

test('says once that the disk takes nothing, and leaves no pieces', async () => {
  const { directory, problems } = await aCache();
  await writeFile(join(directory, 'file'), '');
  const cache = createDiskRunCache(join(directory, 'file', 'below'), (problem) => problems.push(problem));
  await cache.scripts.set(KEY, aRun());
  await cache.scripts.set(KEY, aRun());
  expect(problems).toHaveLength(1);
  expect(await readdir(directory)).toEqual(['file']);
});

test('memory forgets what was used longest ago', async () => {
  const cache = createMemoryRunCache(3 * 1650);
  const run = aRun('exited', 'x'.repeat(400));
  for (const key of ['a', 'b', 'c']) await cache.scripts.set(key, run);
  await cache.scripts.get('a');
  await cache.scripts.set('d', run);
  const kept = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await cache.scripts.get(key)) !== undefined));
  expect(kept).toEqual([true, false, true, true]);
});
