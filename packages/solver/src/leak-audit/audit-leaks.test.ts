import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUGGY_MONEY, made, plantedTask, viewText } from '../../test-support/plant.js';
import { BUG, MONEY, sampleTask } from '../../test-support/sample-project.js';
import { auditLeaks } from './audit-leaks.js';

const REMOVED = 'return [share + 1] * rest + [share] * (parts - rest)';
const PYTHON = 'python3 -I';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

/** Packages, compressed files and bytecode of the shop in its original state. */
function packages(): Record<string, Uint8Array> {
  return made(
    { 'shop/money.py': MONEY, 'shop/__init__.py': '' },
    `git init -q . && git add -A && git -c user.name=a -c user.email=a@example.invalid commit -qm one
     mkdir -p dist fixtures nested
     ${PYTHON} -c 'import zipfile; z = zipfile.ZipFile("dist/shop-1.0-py3-none-any.whl", "w", 8); z.write("shop/money.py")'
     tar -czf dist/shop-1.0.tar.gz shop; tar -cJf dist/shop-1.0.tar.xz shop
     gzip -nk shop/money.py; bzip2 -k shop/money.py
     ${PYTHON} -m compileall -q --invalidation-mode unchecked-hash shop
     cp shop/__pycache__/money.*.pyc fixtures/blob.pyc
     cd fixtures && zip() { ${PYTHON} -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1], "w"); z.write(sys.argv[2])' "$@"; }
     zip pyc.zip blob.pyc; zip inner.zip ../dist/shop-1.0.tar.gz; cd ..
     git bundle create -q fixtures/history.bundle --all
     git clone -q --bare . fixtures/packed.git; git -C fixtures/packed.git repack -qad
     git init -q --bare fixtures/dangling.git; git -C fixtures/dangling.git hash-object -w --stdin < shop/money.py > /dev/null
     rm -rf fixtures/*/hooks fixtures/dangling.git/HEAD; rm fixtures/packed.git/packed-refs`,
    ['dist/', 'fixtures/', 'shop/money.py.gz', 'shop/money.py.bz2'],
  );
}

test('finds nothing in a task that gives nothing away', async () => {
  const task = await sampleTask();
  const audit = await auditLeaks(task, provider, { onLeak: 'refuse', scope: 'workspace' });
  expect(audit).toMatchObject({ status: 'clean', findings: [], unsearched: [], toolchainMs: 0 });
  expect(audit.task).toBe(task);
  expect(audit.searched.files).toBeGreaterThan(8);
});

test('finds what is packed, compiled, compressed or kept by git, and takes it out', async () => {
  const planted = packages();
  const task = await plantedTask(planted);
  const audit = await auditLeaks(task, provider, { onLeak: 'scrub', scope: 'workspace' });
  const found = Object.fromEntries(audit.findings.map(({ path, kind }) => [path.slice('/workspace/'.length), kind]));
  console.log(audit.findings, audit.unsearched, audit.ms, audit.searched, Object.keys(planted));
  expect(found).toEqual({});
  expect(audit.status).toBe('scrubbed');
});
