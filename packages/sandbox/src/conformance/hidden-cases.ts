import assert from 'node:assert/strict';
import { type SandboxProvider, withSandbox } from '../sandbox.js';
import { isError } from './command-cases.js';
import { type ConformanceCase, describe, EXAMPLE_TREE, isolated } from './conformance-case.js';

/** A directory and a file of the interpreter's own library, and a link outside of the workspace with what it leads to. */
const FIND_TARGETS = `
python3 -c 'import json, os, this; print(os.path.dirname(json.__file__)); print(this.__file__)' | tail -n 2
find -L /usr/bin /usr/share /usr/lib -xdev -maxdepth 2 -xtype l -size +0 -type f -print -quit 2>/dev/null || :`;

const REQUEST = { base: EXAMPLE_TREE, changes: new Map() };

export const hiddenCases: readonly ConformanceCase[] = [
  {
    title: 'shows hidden files and directories empty and read-only, and ignores missing ones',
    isolationOnly: true,
    async run(provider: SandboxProvider) {
      const found = await withSandbox(provider, REQUEST, (sandbox) => describe(sandbox).text(FIND_TARGETS));
      const [directory = '', file = '', link] = found.split('\n');
      const hidden = [directory, file, '/no/such/place', `${directory}/decoder.py`, '/etc/passwd'];
      if (link !== undefined) hidden.push(link);
      await withSandbox(provider, { ...REQUEST, hidden }, async (sandbox) => {
        const { sh, text } = describe(sandbox);
        assert.equal(await text(`ls -A ${directory}; cat ${file} /etc/passwd ${link ?? ''}`), '');
        assert.equal(await text(`ls -ld ${directory} ${file} ${link ?? ''} | wc -l`), link === undefined ? '2' : '3');
        assert.equal(await text("python3 -c 'import json; print(len(dir(json)) < 9)'"), 'True');
        for (const line of [
          `touch ${directory}/new`,
          `echo x > ${file}`,
          `rm -r ${file}`,
          `rmdir ${directory}`,
          `mv ${directory} /tmp/x`,
          `umount ${directory}`,
          `chmod 777 ${directory}`,
        ])
          assert.notEqual((await sh(line)).exitCode, 0, line);
        assert.equal(await text('cat README.md'), 'read me');
      });
      assert.equal(
        (await withSandbox(provider, REQUEST, (sandbox) =>
          describe(sandbox).text(`test -s ${file} && ls ${directory} | wc -l`),
        )) > '1',
        true,
      );
    },
  },
  {
    title: 'refuses to hide what is in the workspace, above it or nowhere',
    isolationOnly: true,
    async run(provider: SandboxProvider) {
      for (const path of [
        '',
        'relative',
        './x',
        '/',
        '/workspace',
        '/workspace/x',
        '/usr/../workspace/',
        '/usr',
        'a\0b',
        '/a\0b',
      ]) {
        await assert.rejects(provider.open({ ...REQUEST, hidden: [path] }), isError('invalid-request'), path);
      }
    },
  },
].map(isolated);
