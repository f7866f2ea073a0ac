import { applyPatch, changedPaths, parsePatch } from '@swe-selfplay/artifact';
import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUG, sampleTask } from '../test-support/sample-project.js';
import { collectPredPatch, type PredPatchCollection } from './pred-patch.js';
import type { TaskView } from './solver-task.js';
import { openTaskWorkspace } from './task-workspace.js';

let provider: SandboxProvider;
let view: TaskView;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  view = (await sampleTask()).view;
});
afterAll(() => provider.close());

async function run(sandbox: Sandbox, script: string): Promise<string> {
  const { stdout, exitCode } = await sandbox.run({ argv: ['bash', '-ec', script], mergeOutput: true });
  const output = Buffer.from(stdout).toString();
  expect(exitCode, output).toBe(0);
  return output;
}

/** What an attempt hands in that runs this script in the task's workspace. */
async function collectAfter(script: string): Promise<PredPatchCollection> {
  const sandbox = await openTaskWorkspace(provider, view);
  try {
    await run(sandbox, script);
    return await collectPredPatch(sandbox, view);
  } finally {
    await sandbox.close();
  }
}

async function changedBy(collection: PredPatchCollection): Promise<string[]> {
  if (collection.status !== 'collected') throw new Error(collection.reason);
  if (collection.predPatch.length === 0) return [];
  const parse = parsePatch(collection.predPatch);
  if (parse.status !== 'parsed') throw new Error(parse.reason);
  const application = await applyPatch(view.snapshot, parse.patch);
  if (application.status !== 'applied') throw new Error(application.reason);
  return changedPaths(view.snapshot, application.snapshot);
}

test('an untouched workspace gives an empty patch', async () => {
  expect(await collectAfter('true')).toEqual({ status: 'collected', predPatch: new Uint8Array(), leftOut: [] });
});

test('changed, new, deleted, executable and linked files are in the patch', async () => {
  const collection = await collectAfter(`
    sed -i 's/share + 2/share + 1/' shop/money.py
    mkdir docs && printf 'no newline' > docs/a.txt && printf '\\0\\1' > docs/b.bin
    rm README.md; chmod +x shop/cart.py; ln -s money.py shop/cash.py`);
  expect(await changedBy(collection)).toEqual([
    'README.md',
    'docs/a.txt',
    'docs/b.bin',
    'shop/cart.py',
    'shop/cash.py',
    'shop/money.py',
  ]);
});

test('what running and editing leave behind is not, unless the task has it', async () => {
  const collection = await collectAfter(`
    python3 -m unittest -q; python3 -m compileall -q shop
    mkdir -p .pytest_cache/v shop.egg-info; touch .pytest_cache/v/x shop.egg-info/PKG-INFO .coverage
    cp shop/money.py shop/money.py.orig; touch pred_patch.diff; echo more >> README.md`);
  expect(await changedBy(collection)).toEqual(['README.md']);
  const { leftOut } = collection as Extract<PredPatchCollection, { status: 'collected' }>;
  expect(leftOut).toEqual(
    expect.arrayContaining([
      '.coverage',
      '.pytest_cache/v/x',
      'pred_patch.diff',
      'shop.egg-info/PKG-INFO',
      'shop/money.py.orig',
    ]),
  );
});

test('the workspace’s own git has no say', async () => {
  const collection = await collectAfter(`
    sed -i 's/share + 2/share + 1/' shop/money.py
    if command -v git > /dev/null; then
      git -c user.name=x -c user.email=x@example.invalid commit -qam fixed
      mkdir -p .git/info; echo "*" > .git/info/exclude; git update-index --assume-unchanged shop/cart.py
    fi
    echo '# late' >> shop/cart.py; echo 'X = 1' > shop/extra.py; echo '*.py' > .gitignore`);
  expect(await changedBy(collection)).toEqual(['.gitignore', 'shop/cart.py', 'shop/extra.py', 'shop/money.py']);
});

test.each([
  ['an absolute link', 'ln -s /etc/passwd shop/users.txt'],
  ['a link that climbs out', 'ln -s ../../outside shop/users.txt'],
  ['a link into .git', 'ln -s ../.git/config shop/config'],
])('refuses a workspace with %s', async (_, script) => {
  expect(await collectAfter(script)).toMatchObject({ status: 'refused' });
});

test('refuses more than a patch may hold, in bounded time', async () => {
  const collection = await collectAfter('mkdir many && cd many && for i in $(seq 1 12000); do : > $i; done');
  expect(collection.status).toBe('refused');
});

test('the workspace has one commit, and git has nothing else to tell', async () => {
  const sandbox = await openTaskWorkspace(provider, view);
  try {
    const has = await run(sandbox, 'command -v git || true');
    if (has === '') return;
    expect(await run(sandbox, 'git status --porcelain')).toBe('');
    expect(await run(sandbox, 'git log --all --format="%an %ad %s" --date=iso')).toBe(
      'Task 2000-01-01 00:00:00 +0000 Task\n',
    );
    expect(
      await run(
        sandbox,
        'git reflog; git stash list; git tag; git notes; git remote; ls .git/hooks 2>/dev/null || true',
      ),
    ).not.toMatch(/\S{41}/);
    const objects = await run(
      sandbox,
      'git cat-file --batch-all-objects --batch-check="%(objectname) %(objecttype)" | while read id type; do [ $type = blob ] && git cat-file blob $id; done; true',
    );
    expect(objects).toContain(BUG.bad);
    expect(objects).not.toContain(BUG.good);
    expect(objects).not.toContain('[34, 33, 33]');
  } finally {
    await sandbox.close();
  }
});

test('equal tasks have equal commits, files that the repository ignores included', async () => {
  const ids: string[] = [];
  for (const _ of [1, 2]) {
    const sandbox = await openTaskWorkspace(provider, view);
    ids.push(await run(sandbox, 'command -v git > /dev/null && git rev-parse HEAD || echo none'));
    await sandbox.close();
  }
  expect(ids[0]).toBe(ids[1]);
});
