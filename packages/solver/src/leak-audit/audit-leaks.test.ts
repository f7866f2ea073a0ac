import { applyPatch, changedPaths, detachSnapshot, listPaths, parsePatch, withFiles } from '@swe-selfplay/artifact';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUGGY_MONEY, made, plantedTask, viewText } from '../../test-support/plant.js';
import { BUG, FAIL_TO_PASS, MONEY, patchOf, sampleTask } from '../../test-support/sample-project.js';
import { createHigherOrderTask } from '../higher-order-task.js';
import { collectPredPatch } from '../pred-patch.js';
import type { SolverTask } from '../solver-task.js';
import { openTaskWorkspace } from '../task-workspace.js';
import { auditLeaks } from './audit-leaks.js';
import type { LeakFinding } from './leak-audit.js';

const REMOVED = 'return [share + 1] * rest + [share] * (parts - rest)';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

/** Kind of each finding by its path in the workspace. */
function kindsOf(findings: readonly LeakFinding[]): Record<string, string> {
  return Object.fromEntries(findings.map(({ path, kind }) => [path.slice('/workspace/'.length), kind]));
}

/** Packages, compressed files, bytecode and repositories that hold the shop in its original state. */
const PACK = `
git init -q . && git add -A && git -c user.name=a -c user.email=a@example.invalid commit -qm one
mkdir -p dist fixtures
pack() { python3 -I -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w", 8).write(sys.argv[2])' "$@"; }
pack dist/shop-1.0-py3-none-any.whl shop/money.py
tar -czf dist/shop-1.0.tar.gz shop; tar -cJf dist/shop-1.0.tar.xz shop
pack fixtures/inner.zip dist/shop-1.0.tar.gz
gzip -nk shop/money.py; bzip2 -k shop/money.py
python3 -I -m compileall -q --invalidation-mode unchecked-hash shop
cp shop/__pycache__/money.*.pyc fixtures/blob.pyc; pack fixtures/bytecode.zip fixtures/blob.pyc
git bundle create -q fixtures/history.bundle --all
git clone -q --bare . fixtures/packed.git; git -C fixtures/packed.git repack -qad
git init -q --bare fixtures/dangling.git; git -C fixtures/dangling.git hash-object -w --stdin < shop/money.py > /dev/null
rm -rf fixtures/*/hooks fixtures/dangling.git/HEAD
{ head -c 64 /dev/urandom | tr -d '\\n'; printf '\\0'; cat shop/money.py; } > .coverage`;

test('finds nothing in a task that gives nothing away', async () => {
  const task = await sampleTask();
  const audit = await auditLeaks(task, provider, { onLeak: 'refuse', scope: 'workspace' });
  expect(audit).toMatchObject({ status: 'clean', findings: [], unsearched: [], toolchainMs: 0 });
  expect(audit.task).toBe(task);
  expect(audit.searched.files).toBeGreaterThan(5);
});

test('takes out what is packed, compiled, compressed or kept by git', async () => {
  const wanted = ['dist/', 'fixtures/', 'shop/money.py.gz', 'shop/money.py.bz2', '.coverage'];
  const task = await plantedTask(made({ 'shop/money.py': MONEY, 'shop/__init__.py': '' }, PACK, wanted));
  const audit = await auditLeaks(task, provider, { onLeak: 'scrub', scope: 'workspace' });
  expect(kindsOf(audit.findings)).toEqual({
    '.coverage': 'metadata',
    'dist/shop-1.0-py3-none-any.whl': 'archive',
    'dist/shop-1.0.tar.gz': 'archive',
    'dist/shop-1.0.tar.xz': 'archive',
    'fixtures/blob.pyc': 'bytecode',
    'fixtures/bytecode.zip': 'bytecode',
    'fixtures/dangling.git/objects': 'git-object',
    'fixtures/history.bundle': 'git-object',
    'fixtures/inner.zip': 'archive',
    'fixtures/packed.git/objects': 'git-object',
    'shop/money.py.bz2': 'archive',
    'shop/money.py.gz': 'archive',
  });
  expect(audit).toMatchObject({ status: 'scrubbed', remaining: [], unsearched: [] });
  const compiled = audit.findings.find(({ path }) => path.endsWith('blob.pyc'));
  expect(compiled).toMatchObject({ file: 'shop/money.py', evidence: ['the bytecode of split_evenly'], isLeak: true });
  const inner = audit.findings.find(({ path }) => path.endsWith('inner.zip'));
  expect(inner).toMatchObject({ within: ['dist/shop-1.0.tar.gz', 'shop-1.0.tar', 'shop/money.py'] });
  expect(inner!.evidence).toContain(REMOVED);

  const left = listPaths(audit.task.view.snapshot);
  expect(left.filter((path) => /^dist|^shop\/money\.py\.|pyc|bundle|objects|coverage/.test(path))).toEqual([]);
  expect(left).toContain('fixtures/packed.git/HEAD');
  expect(audit.task).toMatchObject({ id: task.id, grading: task.grading });
});

test('finds text in the forms in which tools and people keep it, and takes out what is no source', async () => {
  const notebook = { cells: [{ cell_type: 'code', source: MONEY.split(/(?<=\n)/) }] };
  const task = await plantedTask({
    'build/lib/shop/money.py': MONEY,
    'shop/money.py.orig': MONEY.replaceAll('    ', '\t'),
    'shop/.money.py.swp': `b0VIM 9.0\0\0${MONEY.split('\n').reverse().join('\0')}`,
    'static/bundle.map': JSON.stringify({ version: 3, sources: ['money.py'], sourcesContent: [MONEY] }),
    'htmlcov/money.html': MONEY.split('\n')
      .map((line) => `<p><a>1</a><span class="t">${line.replaceAll('"', '&quot;')}</span></p>`)
      .join('\n'),
    'example.ipynb': JSON.stringify(notebook),
    'docs/notes.md': `Shares are dealt out like this:\n\n    ${REMOVED}\n`,
    'vendor/money.py': `# Copied from elsewhere.\n${MONEY}`,
    '.pytest_cache/v/cache/lastfailed': '{}',
    // None of these holds anything of it.
    'other/money.py': 'def split_evenly(cents, parts):\n    return [cents // parts] * parts\n',
    'docs/usage.md': 'Call `split_evenly(100, 3)`; `share` and `rest` are explained elsewhere.\n',
    'old/money.py': BUGGY_MONEY,
  });
  const audit = await auditLeaks(task, provider, { onLeak: 'scrub', scope: 'workspace' });
  expect(kindsOf(audit.findings)).toEqual({
    '.pytest_cache': 'metadata',
    'build/lib/shop/money.py': 'text',
    'docs/notes.md': 'text',
    'example.ipynb': 'text',
    'htmlcov/money.html': 'metadata',
    htmlcov: 'metadata',
    'shop/.money.py.swp': 'text',
    'shop/money.py.orig': 'text',
    'static/bundle.map': 'text',
    'vendor/money.py': 'text',
  });
  expect(audit.status).toBe('leaking');
  expect(kindsOf(audit.remaining)).toEqual({
    'docs/notes.md': 'text',
    'example.ipynb': 'text',
    'vendor/money.py': 'text',
  });
  expect(audit.remaining.map(({ scrubbing }) => scrubbing)).toEqual(['none', 'none', 'none']);
  expect(await viewText(audit.task, 'shop/money.py.orig')).toBeUndefined();
  expect(await viewText(audit.task, 'old/money.py')).toBe(BUGGY_MONEY);

  const refusal = await auditLeaks(audit.task, provider, { onLeak: 'refuse', scope: 'workspace' });
  expect(refusal.status).toBe('refused');
});

test('tells bytecode of the original from that of the task, when one operator differs and when Python does', async () => {
  const ours = 'shop/__pycache__/money.pyc';
  const compile =
    'python3 -I -m compileall -q -b shop && mkdir -p shop/__pycache__ && mv shop/money.pyc shop/__pycache__/';
  const bytecode = (text: string) => made({ 'shop/money.py': text }, compile, [ours])[ours]!;
  const foreign = Buffer.from(bytecode(MONEY));
  foreign.writeUInt16LE(3394, 0);
  const task = await plantedTask({
    'shop/__pycache__/money.cpython-311.pyc': bytecode(MONEY),
    'a/money.pyc': bytecode(BUGGY_MONEY),
    'b/money.pyc': foreign,
    'c/cart.pyc': bytecode('def total(lines):\n    return sum(lines)\n'),
  });
  const audit = await auditLeaks(task, provider, { onLeak: 'report', scope: 'workspace' });
  expect(audit.status).toBe('leaking');
  const leaks = audit.findings.filter(({ isLeak }) => isLeak);
  expect(kindsOf(leaks)).toEqual({ 'shop/__pycache__/money.cpython-311.pyc': 'bytecode', 'b/money.pyc': 'bytecode' });
});

test('a comment that keeps the original line beside the bug is found', async () => {
  const task = await sampleTask();
  const hinting = BUGGY_MONEY.replace(/( +)(return .*rest.*)\n/, (line, indent) => `${line}${indent}# ${REMOVED}\n`);
  const buggy = (await plantedTask({})).grading.task;
  const snapshot = withFiles(buggy, [[BUG.path, { mode: '100644', content: Buffer.from(hinting) }]]);
  const hinted = {
    ...task,
    view: { ...task.view, snapshot: detachSnapshot(snapshot) },
    grading: { ...task.grading, task: snapshot },
  };
  const audit = await auditLeaks(hinted, provider, { onLeak: 'refuse', scope: 'workspace' });
  expect(audit.findings).toMatchObject([{ path: `/workspace/${BUG.path}`, kind: 'text', scrubbing: 'none' }]);
  expect(audit.status).toBe('refused');
});

test('what hidden oracles keep back is secret: their text, and their names where tools left them', async () => {
  const task = await plantedTask({
    'docs/tests.md': 'One test says `self.assertEqual(split_evenly(100, 3), [34, 33, 33])`.\n',
    '.pytest_cache/v/cache/nodeids': '["tests/test_money.py::MoneyTest::test_splits_rest_first"]',
  });
  const shown = await auditLeaks(task, provider, { onLeak: 'report', scope: 'workspace' });
  expect(shown.status).toBe('clean');
  const kept: SolverTask = {
    ...task,
    view: { ...task.view, specification: { files: [] }, specificationText: new Uint8Array() },
    grading: { ...task.grading, hiddenIds: FAIL_TO_PASS },
  };
  const audit = await auditLeaks(kept, provider, { onLeak: 'report', scope: 'workspace' });
  expect(audit.findings.filter(({ isLeak }) => isLeak)).toMatchObject([
    { kind: 'metadata', evidence: ['the name of the hidden test test_splits_rest_first'] },
    { kind: 'text', path: '/workspace/docs/tests.md', file: 'tests/test_money.py' },
  ]);
});

/** Puts the original where no tree can: beside the workspace, and into repositories that others lead to. */
const SCATTER = `
cat > /tmp/notes.txt
for store in /tmp/alternate "$HOME/real" hidden; do
  git init -q --bare "$store" && git -C "$store" hash-object -w --stdin < /tmp/notes.txt
done
mv hidden/objects /dev/shm/objects; rm -rf hidden
mkdir -p nested/.git/objects/info linked
echo /tmp/alternate/objects > nested/.git/objects/info/alternates
echo "gitdir: $HOME/real" > linked/.git`;

test('looks into /tmp, home, shared memory, nested repositories and what they lead to', async () => {
  const scattering: SandboxProvider = {
    ...provider,
    async open(request) {
      const sandbox = await provider.open(request);
      const { exitCode } = await sandbox.run({ argv: ['bash', '-ec', SCATTER], stdin: Buffer.from(MONEY) });
      expect(exitCode).toBe(0);
      return sandbox;
    },
  };
  const audit = await auditLeaks(await sampleTask(), scattering, { onLeak: 'report', scope: 'workspace' });
  expect(audit.findings.map(({ path, kind }) => [path, kind])).toEqual([
    ['/dev/shm/objects', 'git-object'],
    ['/home/sandbox/real/objects', 'git-object'],
    ['/tmp/alternate/objects', 'git-object'],
    ['/tmp/notes.txt', 'text'],
    ['/workspace/nested/.git/objects', 'git-object'],
  ]);
});

test('a search that cannot be made is an error, never a clean task', async () => {
  const task = await plantedTask({ 'shop/__pycache__/money.cpython-311.pyc': Buffer.from('a70d0d0a00', 'hex') });
  const ending = auditLeaks(task, provider, { onLeak: 'report', scope: 'workspace', timeoutMs: 1 });
  await expect(ending).rejects.toMatchObject({ code: 'audit-failed' });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(auditLeaks(task, provider, { onLeak: 'report', signal })).rejects.toThrow('enough');
});

test('a task of order 2 is as scrubbed as the one it is made of', async () => {
  const planted = await plantedTask({ 'dist/money.txt': MONEY });
  const { task } = await auditLeaks(planted, provider, { onLeak: 'scrub', scope: 'workspace' });
  const attempt = await patchOf(task, [['shop/cart.py', 'changed = True\n']]);
  const next = await createHigherOrderTask(task, attempt, { sourceAttempt: 'attempt' });
  if (next.status !== 'created') throw new Error(next.reason);
  expect(next.task.view.scrubbedPaths).toEqual(['dist/money.txt']);
  expect(await viewText(next.task, 'dist/money.txt')).toBeUndefined();
  expect(await viewText(next.task, 'shop/cart.py')).toBe('changed = True\n');
  const audit = await auditLeaks(next.task, provider, { onLeak: 'refuse', scope: 'workspace' });
  expect(audit.status).toBe('clean');
});

test('what an attempt does in a scrubbed workspace applies where it is graded', async () => {
  const planted = await plantedTask({ 'build/lib/shop/money.py': MONEY, 'build/lib/shop/cart.py': 'kept = True\n' });
  const { task } = await auditLeaks(planted, provider, { onLeak: 'scrub', scope: 'workspace' });
  expect(task.view.scrubbedPaths).toEqual(['build/lib/shop/money.py']);
  const sandbox = await openTaskWorkspace(provider, task.view);
  try {
    const script = `sed -i 's/share + 2/share + 1/' shop/money.py
      mkdir -p build/lib/shop && cp shop/money.py build/lib/shop/ && echo 'kept = 1' > build/lib/shop/cart.py`;
    expect((await sandbox.run({ argv: ['bash', '-ec', script] })).exitCode).toBe(0);
    const collection = await collectPredPatch(sandbox, task.view);
    if (collection.status !== 'collected') throw new Error(collection.reason);
    expect(collection.leftOut).toEqual(['build/lib/shop/money.py']);
    const parse = parsePatch(collection.predPatch);
    if (parse.status !== 'parsed') throw new Error(parse.reason);
    const graded = await applyPatch(task.grading.task, parse.patch);
    if (graded.status !== 'applied') throw new Error(graded.reason);
    expect(changedPaths(task.grading.task, graded.snapshot)).toEqual(['build/lib/shop/cart.py', 'shop/money.py']);
  } finally {
    await sandbox.close();
  }
});
