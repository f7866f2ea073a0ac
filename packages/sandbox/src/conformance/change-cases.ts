import assert from 'node:assert/strict';
import type { TreeFile } from '../sandbox.js';
import { isError } from './command-cases.js';
import { aFile, type ConformanceCase, type InSandbox, inWorkspace, textOf } from './conformance-case.js';

const MAKE_UNREADABLE = `
import os
for number in range(20000): os.mkdir('d%d' % number, 0)
for number in range(5000): os.close(os.open('f%d' % number, os.O_CREAT, 0))
for _ in range(3000):
    os.mkdir('deep')
    os.chdir('deep')
`;
const NEST_UNREADABLE = `
import os
os.makedirs('/'.join(['in'] * 25))
for depth in range(25, 0, -1): os.chmod('/'.join(['in'] * depth), 0)
`;

export const changeCases: readonly ConformanceCase[] = [
  inWorkspace('finds no change where none was made', async ({ sandbox, sh }) => {
    assert.equal((await sandbox.changedFiles()).size, 0);
    await sh(
      'cat README.md > /dev/null; touch run.sh; cp src/a.txt x; mv x src/a.txt; chmod 600 README.md; mkdir empty',
    );
    assert.equal((await sandbox.changedFiles()).size, 0);
  }),
  inWorkspace(
    'compares with what the workspace was opened with',
    async ({ sandbox, sh }) => {
      assert.equal((await sandbox.changedFiles()).size, 0);
      await sh("printf 'read me\\n' > README.md; mkdir -p src/deep; printf 'b\\n' > src/deep/b.txt; rm new.txt");
      assert.deepEqual(show(await sandbox.changedFiles()), {
        'README.md': '100644 read me\n',
        'new.txt': null,
        'src/deep/b.txt': '100644 b\n',
      });
    },
    {
      changes: new Map([
        ['README.md', aFile('other\n')],
        ['src/deep/b.txt', null],
        ['new.txt', aFile('new\n')],
      ]),
    },
  ),
  inWorkspace('finds new, changed, deleted and moved files, modes and links', async (workspace) => {
    await expectChanges(
      workspace,
      'echo x > README.md; chmod -x run.sh; chmod +x src/a.txt; mv only moved; ln -sf b src/link; ln -s /etc/passwd out',
      {
        'README.md': '100644 x\n',
        'moved/child.txt': '100644 child\n',
        'only/child.txt': null,
        out: '120000 /etc/passwd',
        'run.sh': '100644 #!/bin/sh\necho ran\n',
        'src/a.txt': '100755 a\n',
        'src/link': '120000 b',
      },
    );
  }),
  inWorkspace('finds what became of directories', async (workspace) => {
    await expectChanges(
      workspace,
      'rm -r src; mkdir src; echo n > src/n; rm -r only; echo f > only; rm README.md; mkdir README.md; echo g > README.md/g',
      {
        'README.md': null,
        'README.md/g': '100644 g\n',
        only: '100644 f\n',
        'only/child.txt': null,
        'src/a.txt': null,
        'src/deep/b.txt': null,
        'src/link': null,
        'src/n': '100644 n\n',
      },
    );
  }),
  inWorkspace('finds a change whose time and size were put back', async (workspace) => {
    await expectChanges(
      workspace,
      'touch -r README.md ref; printf "READ ME\\n" > README.md; touch -r ref README.md; rm ref',
      {
        'README.md': '100644 READ ME\n',
      },
    );
  }),
  inWorkspace('reads what was made unreadable', async (workspace) => {
    const line = 'mkdir -p d/e; echo 1 > d/e/f; echo 2 > g; chmod 000 d/e/f d/e d g src README.md; chmod 000 .';
    await expectChanges(workspace, line, { 'd/e/f': '100644 1\n', g: '100644 2\n' });
  }),
  inWorkspace('leaves out .git, sockets, pipes and names that are not UTF-8', async (workspace) => {
    const line = `mkdir -p .git sub/.git; echo x > .git/config; echo x > sub/.git/config; mkfifo pipe; printf x > "$(printf 'b\\377d')";
      python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('sock')"; echo x > .gitignore`;
    await expectChanges(workspace, line, { '.gitignore': '100644 x\n' });
  }),
  inWorkspace('copes with odd names, hard links and holes', async (workspace) => {
    const line = `printf 1 > 'new\nline'; printf 2 > ' space '; printf 3 > -rf; printf 4 > 'q"\\x'; printf 5 > --checkpoint-action=exec=id; ln README.md hard; truncate -s 5 hole; printf 6 > "$(printf '%0200d' 0)"`;
    await expectChanges(workspace, line, {
      ' space ': '100644 2',
      '--checkpoint-action=exec=id': '100644 5',
      '-rf': '100644 3',
      ['0'.repeat(200)]: '100644 6',
      hard: '100644 read me\n',
      hole: '100644 \0\0\0\0\0',
      'new\nline': '100644 1',
      'q"\\x': '100644 4',
    });
  }),
  inWorkspace('finds that a program emptied or removed the workspace', async (workspace) => {
    const all = ['README.md', 'only/child.txt', 'run.sh', 'src/a.txt', 'src/deep/b.txt', 'src/link'];
    const line = 'find . -mindepth 1 -delete; rmdir "$PWD" 2>/dev/null; chmod 000 "$PWD" 2>/dev/null; :';
    await expectChanges(workspace, line, Object.fromEntries(all.map((path) => [path, null])));
    await workspace.sandbox.writeFile('again', Buffer.from('x'));
    assert.equal(textOf(await workspace.sandbox.readFile('again')), 'x');
  }),
  inWorkspace('reads no file to its end that has another size', async ({ sandbox, sh }) => {
    const startedAt = performance.now();
    await sh('truncate -s 1000M README.md src/a.txt src/deep/b.txt run.sh only/child.txt');
    await assert.rejects(sandbox.changedFiles(), isError('too-much-changed'));
    assert.ok(performance.now() - startedAt < 10_000);
  }),
  inWorkspace('takes bounded time for what is unreadable or deep, and can be closed', async ({ sandbox, run }) => {
    const startedAt = performance.now();
    await run({ argv: ['python3', '-c', MAKE_UNREADABLE] });
    assert.equal((await sandbox.changedFiles()).size, 5_000);
    assert.ok(performance.now() - startedAt < 25_000);
  }),
  inWorkspace('refuses unreadable directories that lie deep in one another', async ({ sandbox, run }) => {
    await run({ argv: ['python3', '-c', NEST_UNREADABLE] });
    await assert.rejects(sandbox.changedFiles(), isError('too-much-changed'));
  }),
  inWorkspace('refuses to carry home too much', async ({ sandbox, sh }) => {
    await sh('truncate -s 100M sparse');
    await assert.rejects(sandbox.changedFiles(), isError('too-much-changed'));
    await sh('rm sparse; mkdir many; cd many; seq 20001 | xargs touch');
    await assert.rejects(sandbox.changedFiles(), isError('too-much-changed'));
    await sh('rm -r many');
    assert.equal((await sandbox.changedFiles()).size, 0);
  }),
];

async function expectChanges(
  workspace: InSandbox,
  line: string,
  expected: Record<string, string | null>,
): Promise<void> {
  const result = await workspace.sh(line);
  assert.equal(textOf(result.stderr), '');
  assert.deepEqual(show(await workspace.sandbox.changedFiles()), expected);
}

function show(changes: ReadonlyMap<string, TreeFile | null>): Record<string, string | null> {
  return Object.fromEntries([...changes].map(([path, file]) => [path, file && `${file.mode} ${textOf(file.content)}`]));
}
