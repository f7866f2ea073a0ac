import {
  blobId,
  createArtifact,
  createSnapshot,
  diffSnapshots,
  memoryBase,
  printPatch,
  readFile,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MONEY } from '../../test-support/sample-project.js';
import { createTask } from '../create-task.js';
import { readSolverPrompts, renderSolverPrompt } from '../solver-prompts.js';
import type { SolverTask } from '../solver-task.js';
import { openTaskWorkspace, specificationFileIn } from '../task-workspace.js';
import { auditLeaks } from './audit-leaks.js';
import { judgeHits } from './judge-hits.js';
import { findRemovedText } from './removed-text.js';
import { searchWorkspace } from './search-workspace.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

const file = (content: string | Uint8Array, mode: '100644' | '100755' = '100644') => ({
  mode,
  content: Buffer.from(content),
});
const BYTES = Uint8Array.from({ length: 400 }, (_, index) => (index * 7) % 256);

/** Tests that were changed, deleted, renamed with changes, made executable, and a binary one cut short; one is new. */
async function variedTask(): Promise<{ original: Snapshot; task: SolverTask }> {
  const others = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`shop/part_${index}.py`, `PART = ${index}\n`]),
  );
  const original = createSnapshot(
    memoryBase({
      ...others,
      'shop/money.py': MONEY,
      'tests/test_changed.py': 'from shop import money\n\nassert money.split_evenly(100, 3) == [34, 33, 33]\n',
      'tests/test_deleted.py': 'assert True, "a test that was deleted"\n',
      'tests/test_moved.py': 'assert 1 + 1 == 2\nassert 2 + 2 == 4\nassert 3 + 3 == 6\nassert 4 + 4 == 8\n',
      'tests/run.sh': file('python3 -m pytest\n', '100755'),
      'tests/data.bin': file(BYTES),
    }),
  );
  const buggy = withFiles(original, [['shop/money.py', file(MONEY.replace('share + 1', 'share + 2'))]]);
  const weakened = withFiles(buggy, [
    ['tests/test_changed.py', file('from shop import money\n\nmoney.split_evenly(100, 3)\n')],
    ['tests/test_deleted.py', null],
    ['tests/test_moved.py', null],
    ['tests/test_there.py', file('assert 1 + 1 == 2\nassert 2 + 2 == 4\nassert 3 + 3 == 6\nassert True\n')],
    ['tests/test_new.py', file('assert "this test is made up"\n')],
    ['tests/run.sh', file('python3 -m pytest\n')],
    ['tests/data.bin', file(BYTES.slice(0, 100))],
  ]);
  const artifact = createArtifact({
    script: 'true\n',
    parser: 'print("{}")\n',
    testFiles: [
      'tests/test_changed.py',
      'tests/test_deleted.py',
      'tests/test_moved.py',
      'tests/run.sh',
      'tests/data.bin',
    ],
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, weakened, { renames: true })),
  });
  return { original, task: await createTask({ original, artifact, failToPass: ['x'], passToPass: [] }) };
}

test('specification, file beside the workspace and prompt name no blob of the original', async () => {
  const { original, task } = await variedTask();
  const sandbox = await openTaskWorkspace(provider, task.view);
  const { stdout } = await sandbox.run({ argv: ['cat', specificationFileIn(sandbox)] }).finally(() => sandbox.close());
  const values = { repository: '/workspace', specificationFile: '/harness/x', maxTurns: 3, timeoutMinutes: 3 };
  const prompt = renderSolverPrompt(task.view, readSolverPrompts(), values).map((message) =>
    'text' in message ? message.text : '',
  );
  const specification = Buffer.from(task.view.specificationText).toString('latin1');
  expect(specification).toContain('GIT binary patch');
  // Git needs the ids of a binary file to apply its patch; both contents are there for anybody to hash.
  const known = await Promise.all(
    [original, task.grading.task].map(async (state) => blobId((await readFile(state, 'tests/data.bin'))!.content)),
  );
  for (const text of [specification, Buffer.from(stdout).toString('latin1'), prompt.join('\n')]) {
    const named = [...text.matchAll(/\bindex ([0-9a-f]+)\.\.([0-9a-f]+)/g)].flatMap(([, from, to]) => [from!, to!]);
    expect(new Set(named)).toEqual(new Set(known));
    for (const path of ['shop/money.py', 'tests/test_changed.py', 'tests/test_deleted.py', 'tests/test_moved.py']) {
      const id = blobId((await readFile(original, path))!.content);
      expect(text, path).not.toContain(id.slice(0, 7));
    }
  }
});

test('nothing but their content tells the changed files of a workspace from the others', async () => {
  const { task } = await variedTask();
  const audit = await auditLeaks(task, provider, { onLeak: 'refuse', scope: 'workspace' });
  expect(audit).toMatchObject({ status: 'clean', findings: [] });
});

test('the repository that is made in the workspace adds nothing', async () => {
  const { task } = await variedTask();
  const removed = await findRemovedText(task);
  const sandbox = await openTaskWorkspace(provider, task.view);
  try {
    const request = { removed, candidates: [], stores: [], words: [], changed: ['shop/money.py'] };
    const found = await searchWorkspace(sandbox, { ...request, timeoutMs: 60_000, signal: undefined });
    expect(found).toMatchObject({ unsearched: [], tells: [] });
    const { workdir } = sandbox;
    expect(judgeHits(found.hits, { workdir, removed, keptPaths: new Set() })).toEqual([]);
  } finally {
    await sandbox.close();
  }
});

test('what tells files apart is found: changed files that are laid over a base are newer', async () => {
  const { task } = await variedTask();
  // As a backend would show them that lays changes over a base without making them alike.
  const plain: SandboxProvider = {
    ...provider,
    open: ({ isUniform: _, ...request }) => {
      const { original, task: state } = task.grading;
      return provider.open({ ...request, base: original.base, changes: state.changes });
    },
  };
  const audit = await auditLeaks(task, plain, { onLeak: 'refuse', scope: 'workspace' });
  expect(audit.status).toBe('refused');
  expect(audit.findings).toMatchObject([{ kind: 'metadata', path: '/workspace', evidence: [/mtime/] }]);
});
