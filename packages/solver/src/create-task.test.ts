import { applyPatch, changedPaths, listPaths, parsePatch, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { expect, test } from 'vitest';
import { BUG, original, sampleArtifact, sampleTask } from '../test-support/sample-project.js';
import { createTask } from './create-task.js';
import { SolverError } from './solver-error.js';

async function textOf(snapshot: Snapshot, path: string): Promise<string> {
  return Buffer.from((await readFile(snapshot, path))!.content).toString('utf8');
}

test('the task is the original with the bug and the weakened tests', async () => {
  const { view, grading } = await sampleTask();
  expect(changedPaths(original, grading.task)).toEqual(['shop/money.py', 'tests/test_money.py']);
  expect(listPaths(view.snapshot)).toEqual(listPaths(original));
  expect(await textOf(view.snapshot, BUG.path)).toContain(BUG.bad);
  expect(await textOf(view.snapshot, 'tests/test_money.py')).not.toContain('[34, 33, 33]');
});

test('the specification restores the tests and leaves the bug', async () => {
  const { view } = await sampleTask();
  const application = await applyPatch(view.snapshot, view.specification);
  if (application.status !== 'applied') throw new Error(application.reason);
  for (const path of listPaths(original)) {
    const isBuggy = path === BUG.path;
    expect((await textOf(application.snapshot, path)) === (await textOf(original, path)), path).toBe(!isBuggy);
  }
});

test('the printed specification says the same and names no blobs', async () => {
  const { view } = await sampleTask();
  const text = Buffer.from(view.specificationText).toString('utf8');
  expect(text).not.toMatch(/^index /m);
  const parse = parsePatch(view.specificationText);
  if (parse.status !== 'parsed') throw new Error(parse.reason);
  const [fromText, fromValue] = [
    await applyPatch(view.snapshot, parse.patch),
    await applyPatch(view.snapshot, view.specification),
  ];
  if (fromText.status !== 'applied' || fromValue.status !== 'applied') throw new Error('Expected both to apply.');
  expect(fromText.snapshot.digest).toBe(fromValue.snapshot.digest);
});

test('nothing of the original can be reached from what a solver sees', async () => {
  const { view } = await sampleTask();
  expect(view.snapshot.changes.size).toBe(0);
  expect(await collectText(view)).not.toContain(BUG.good);
  expect(await collectText(original)).toContain(BUG.good);
  expect(Buffer.from(await view.snapshot.base.read(BUG.path)).toString()).toContain(BUG.bad);
  expect(Object.keys(view).sort()).toEqual(['id', 'order', 'snapshot', 'specification', 'specificationText']);
});

test('equal artifacts make equal tasks', async () => {
  const [first, second] = [await sampleTask(), await sampleTask()];
  expect(first.id).toBe(second.id);
  expect(first.id).toBe(first.view.id);
  expect([first.order, first.parent, first.sourceAttempt]).toEqual([1, 'sample', undefined]);
});

test('an artifact that does not apply is an error', async () => {
  const artifact = await sampleArtifact();
  const request = {
    original,
    artifact: { ...artifact, bugInject: artifact.testWeaken },
    failToPass: [],
    passToPass: [],
  };
  await expect(createTask(request)).rejects.toThrow(SolverError);
  await expect(createTask(request)).rejects.toMatchObject({ code: 'artifact-does-not-apply' });
});

/** Everything that can be walked to from a value, bytes as text, files of snapshots included. */
async function collectText(value: unknown): Promise<string> {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  const visit = async (part: unknown): Promise<void> => {
    if (typeof part === 'string') texts.push(part);
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (part instanceof Uint8Array) {
      texts.push(Buffer.from(part).toString('utf8'));
      return;
    }
    if ('readAll' in part && typeof part.readAll === 'function') {
      for await (const file of part.readAll()) await visit(file);
    }
    const inner =
      part instanceof Map
        ? [...part.keys(), ...part.values()]
        : Reflect.ownKeys(part).map((key) => Reflect.get(part, key));
    for (const each of inner) await visit(each);
  };
  await visit(value);
  return texts.join('\n');
}
