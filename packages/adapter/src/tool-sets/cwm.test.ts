import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedPolicy } from '../policies/scripted.js';
import { runRollout } from '../run-rollout.js';
import { type AnyTool, describeTool, useTool } from '../tool.js';
import type { SubmissionKind } from '../tool-set.js';
import { createCwmToolSet } from './cwm.js';

const NAMES = ['test_script.sh', 'test_files.txt', 'bug.diff'];
const FILE = 'def f(x):\n    y = x\n    return y + 1\n';
const GO_ON =
  'You may go on working and submit again: the latest submission counts. When you are done, answer with a message ' +
  'without a tool call.';

const toolSet = createCwmToolSet({ timeoutMs: 30_000 });
let provider: SandboxProvider;
let sandbox: Sandbox;
let patchTools: readonly AnyTool[];
let fileTools: readonly AnyTool[];

beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  const changes = new Map([
    ['a.py', { mode: '100755' as const, content: Buffer.from(FILE) }],
    ['dir/inner.txt', { mode: '100644' as const, content: Buffer.from('in\n') }],
    ['link.py', { mode: '120000' as const, content: Buffer.from('linked.py') }],
    ['linked.py', { mode: '100644' as const, content: Buffer.from('one\n') }],
  ]);
  sandbox = await provider.open({ base: undefined, changes, limits: { maxProcesses: 64 } });
  patchTools = toolSet.createTools({ submission: { kind: 'patch' }, extra: [] });
  fileTools = toolSet.createTools({ submission: { kind: 'files', names: NAMES }, extra: [] });
});
afterAll(async () => {
  for (const tool of [...patchTools, ...fileTools]) await tool.close?.();
  await provider.close();
});

/** A call with one text, as the CWM format makes it. */
async function use(name: string, input: unknown, tools = patchTools) {
  const tool = tools.find((each) => each.name === name)!;
  return useTool(tool, input, { sandbox, signal: new AbortController().signal });
}

async function say(name: string, input: unknown, tools = patchTools): Promise<string> {
  return (await use(name, input, tools)).text;
}

const bash = (command: string) => say('bash', command);

function edit(path: string, search: string, replace: string): string {
  return `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`;
}

test('bash keeps its directory and variables, and says what was written without its last line break', async () => {
  expect(await bash('cd dir; kept=yes; echo one; echo two >&2')).toBe('one\ntwo');
  expect(await say('bash', { command: 'pwd; echo $kept; printf "a\\n\\n"' })).toBe(`${sandbox.workdir}/dir\nyes\na\n`);
  expect(await bash('false')).toBe('');
});

test('bash tells the end of its session and starts a fresh one', async () => {
  const fresh = 'A fresh session has started with the current working directory reset to default.';
  expect(await bash('cd dir; exit 3')).toBe(`The current session has terminated unexpectedly. ${fresh}`);
  expect(await bash('pwd')).toBe(sandbox.workdir);
  expect(await bash('head -c 600000 /dev/zero | tr "\\0" x')).toBe(
    `The current session has terminated because your previous command produced too much output. ${fresh}`,
  );
  const hasty = createCwmToolSet({ timeoutMs: 300 }).createTools({ submission: { kind: 'patch' }, extra: [] });
  expect(await say('bash', 'sleep 20', hasty)).toBe(`The current session has terminated due to timeout. ${fresh}`);
  await Promise.all(hasty.map((tool) => tool.close?.()));
});

test('edit replaces in place: mode and links stay', async () => {
  expect(await say('edit', edit('a.py', '    return y + 1', '    return y - 1'))).toMatch(
    /^File a\.py has been successfully updated at line 3 and now contains 4 lines\. .*\n {5}3\t {4}return y - 1\n/s,
  );
  expect(await say('edit', { path: `${sandbox.workdir}/link.py`, search: 'one', replace: 'two' })).toMatch(/^File \//);
  expect(await bash('cat a.py; stat -c %a a.py; readlink link.py; cat linked.py')).toBe(
    `${FILE.replace('+', '-')}755\nlinked.py\ntwo`,
  );
});

test('edit and create work on the whole machine', async () => {
  expect(await say('create', '/tmp/x y.py\nprint(1)\n')).toBe('File created successfully at: /tmp/x y.py (2 lines).');
  expect(await say('edit', edit('/tmp/x y.py', 'print(1)', 'print(2)'))).toMatch(/^File \/tmp\/x y\.py has been/);
  expect(await bash('cat "/tmp/x y.py"; rm "/tmp/x y.py"')).toBe('print(2)');
});

test('edit says why it cannot', async () => {
  await bash('mkfifo pipe; head -c 20000000 /dev/zero > big; echo x > fixed; chmod 444 fixed');
  const there = ` Relative paths start at ${sandbox.workdir}.`;
  expect(await say('edit', edit('no.py', 'a', 'b'))).toBe(
    `The path no.py does not exist. Please provide a valid path.${there}`,
  );
  expect(await say('edit', edit('/no.py', 'a', 'b'))).toBe(
    'The path /no.py does not exist. Please provide a valid path.',
  );
  expect(await say('edit', edit('', 'a', 'b'))).toMatch(/^Wrong input for edit: .*path/s);
  expect(await say('edit', edit('a.py', 'nothing', 'b'))).toBe(
    'No replacement was performed, the search lines did not appear verbatim in a.py.',
  );
  const cannot = 'No replacement was performed. Cannot read';
  expect(await say('edit', edit('dir', 'a', 'b'))).toBe(`${cannot} dir: it is not a regular file.`);
  expect(await say('edit', edit('pipe', 'a', 'b'))).toBe(`${cannot} pipe: it is not a regular file.`);
  expect(await say('edit', edit('big', 'a', 'b'))).toBe(`${cannot} big: it is larger than 16 MiB.`);
  expect(await say('edit', edit('a\0b', 'a', 'b'))).toBe(`${cannot} a\0b: a path cannot hold a NUL character.`);
  await bash('rm big pipe');
});

test('edit and create refuse calls that are none', async () => {
  expect(await use('edit', 'a.py')).toMatchObject({
    status: 'refused',
    text: expect.stringMatching(
      /^Wrong input for edit: no edit was found\. Write it in this form:\n\nPATH\n<{7} SEARCH\n/,
    ),
  });
  expect(await use('edit', { path: 'a.py' })).toMatchObject({ status: 'refused' });
  expect(await use('create', { path: 'x', content: 'y'.repeat(262_145) })).toMatchObject({ status: 'refused' });
});

test('create writes what is not there', async () => {
  expect(await say('create', 'new.txt\na\nb')).toBe('File created successfully at: new.txt (2 lines).');
  expect(await say('create', 'empty.txt')).toBe('File created successfully at: empty.txt (1 lines).');
  expect(await say('create', { path: './dir/../odd', content: 'é\n' })).toMatch(/^File created successfully/);
  expect(await bash('cat new.txt; echo; wc -c < empty.txt; cat odd')).toBe('a\nb\n0\né');
});

test('create says why it cannot', async () => {
  await bash('ln -s nowhere dangling');
  const exists = 'already exists. Cannot create a new file at an existing path.';
  expect(await say('create', 'a.py\nx')).toBe(`a.py ${exists}`);
  expect(await say('create', 'dir\nx')).toBe(`dir ${exists}`);
  expect(await say('create', 'dangling\nx')).toBe(`dangling ${exists}`);
  expect(await say('create', '\nx')).toBe('Path is empty. Please provide a valid path.');
  expect(await say('create', 'no/dir/x\ny')).toBe(
    `File creation failed. The parent directory ${sandbox.workdir}/no/dir does not exist.`,
  );
  expect(await say('create', '/proc/x\ny')).toMatch(/^File creation failed\. Cannot write \/proc\/x: .+\.$/);
});

test('submit takes a patch that looks like one, as often as it comes', async () => {
  await bash("printf 'diff --git a/a b/a\\n' > p.diff; printf '\\n \\n' > blank; echo x > other");
  expect(await use('submit', 'p.diff\n')).toEqual({
    status: 'submitted',
    paths: [`${sandbox.workdir}/p.diff`],
    text: `The content of p.diff is your submission now:\n\n<submission>\ndiff --git a/a b/a\n</submission>\n\n${GO_ON}`,
  });
  expect(await use('submit', { path: `${sandbox.workdir}/p.diff` })).toMatchObject({ status: 'submitted' });
  const at = ` It was looked for as ${sandbox.workdir}/no.diff.`;
  expect(await use('submit', 'no.diff')).toEqual({
    status: 'replied',
    text: `Failed to submit no.diff. Make sure it exists and is readable.${at}`,
  });
  expect(await say('submit', 'dir')).toBe(
    'Failed to submit dir. Make sure it exists and is readable: it is not a regular file.',
  );
  expect(await say('submit', 'link.py')).toBe(
    'Failed to submit link.py. Make sure it exists and is readable: it is a symbolic link, and the file itself is needed.',
  );
  expect(await say('submit', 'blank')).toBe('Failed to submit blank. It is an empty file.');
  expect(await say('submit', 'other')).toMatch(/^Failed to submit other\. It is not a valid diff file\./);
});

test('submit shows the beginning of a long patch', async () => {
  await bash('(echo diff; yes x | head -n 30000) > long.diff');
  const text = await say('submit', 'long.diff');
  expect(text.length).toBeLessThan(21_000);
  expect(text).toMatch(/x\n\[\.\.\.\]\n<\/submission>\n\nYou may go on/);
});

test('submit takes files from any directory and asks for each name once', async () => {
  await bash(
    'mkdir -p out /tmp/o; for n in test_script.sh bug.diff; do echo x > out/$n; done; echo y > /tmp/o/test_files.txt',
  );
  const paths = `out/bug.diff\n\n /tmp/o/test_files.txt \nout/test_script.sh`;
  const ordered = [`${sandbox.workdir}/out/test_script.sh`, '/tmp/o/test_files.txt', `${sandbox.workdir}/out/bug.diff`];
  expect(await use('submit', paths, fileTools)).toEqual({
    status: 'submitted',
    paths: ordered,
    text: `Submitted:\n${ordered.join('\n')}\n\n${GO_ON}`,
  });
  expect(await use('submit', 'out/bug.diff\n/tmp/bug.diff\nother', fileTools)).toEqual({
    status: 'replied',
    text:
      'Nothing was submitted.\ntest_script.sh: no path was given for it.\ntest_files.txt: no path was given for it.\n' +
      'bug.diff: several paths were given for it.\nother: not a file that is asked for.',
  });
  await bash(': > out/bug.diff; rm out/test_script.sh');
  expect(await say('submit', { paths: paths.split('\n').flatMap((line) => line.trim() || []) }, fileTools)).toBe(
    'Nothing was submitted.\nout/bug.diff: It is an empty file.\nout/test_script.sh: Make sure it exists and is ' +
      `readable. It was looked for as ${sandbox.workdir}/out/test_script.sh.`,
  );
});

test('a path that no file can have is an answer and no failure of the sandbox', async () => {
  expect(await say('create', `/tmp/${'x'.repeat(300)}\ny`)).toMatch(
    /^File creation failed\. Cannot write .*too long\.$/,
  );
});

test('a full disk is an answer and no failure of the sandbox', async () => {
  const changes = new Map([['a.py', { mode: '100644' as const, content: Buffer.from('one\n') }]]);
  const small = await provider.open({ base: undefined, changes, limits: { diskBytes: 2 * 1024 ** 2 } });
  const place = { sandbox: small, signal: new AbortController().signal };
  const tools = toolSet.createTools({ submission: { kind: 'patch' }, extra: [] });
  const [, edits, creates] = tools;
  await small.run({ argv: ['sh', '-c', 'head -c 4000000 /dev/zero > fill'] });
  const content = 'x'.repeat(200_000);
  const created = await useTool(creates!, { path: 'new', content }, place);
  const edited = await useTool(edits!, { path: 'a.py', search: 'one', replace: content }, place);
  const answers =
    provider.name === 'process' ? /successfully/ : /^(File creation failed\. )?Cannot write \S+: .*No space left/;
  expect([created.text, edited.text]).toEqual([expect.stringMatching(answers), expect.stringMatching(answers)]);
  await small.close();
});

test('what runs in the session cannot keep the other tools from working', async () => {
  const fork = 'import os, time\nfor _ in range(200):\n    if os.fork() == 0: time.sleep(100)';
  await bash(`python3 -c '${fork}' 2>/dev/null`);
  expect(await say('create', 'after.txt\nx')).toBe('File created successfully at: after.txt (1 lines).');
  expect(await bash('echo on')).toMatch(/^(on|The current session has terminated unexpectedly\. A fresh .*)$/);
  expect(await bash('cat after.txt')).toBe('x');
});

test('tells what is left, and cuts a reply that is too long', () => {
  expect(toolSet.formatReply!('out', { remainingTurns: 5, remainingTokens: 1000 })).toBe(
    '<output>\nout\n</output>\n\n<budget>\n* Remaining turns: 5\n* Remaining tokens: 1000\n</budget>',
  );
  const short = createCwmToolSet({ maxReplyCharacters: 4 });
  expect(short.formatReply!('123456', { remainingTurns: 1, remainingTokens: undefined })).toBe(
    '<output>\n1234[...]\n</output>\n\n<budget>\n* Remaining turns: 1\n</budget>',
  );
  expect(short.formatReply!('123😀', { remainingTurns: 1, remainingTokens: undefined })).toMatch('123\ufffd[...]');
});

test('describes its tools with both forms of their input', () => {
  const kinds: readonly SubmissionKind[] = [{ kind: 'patch' }, { kind: 'files', names: NAMES }];
  for (const submission of kinds) {
    const extra = patchTools.slice(0, 0);
    const described = toolSet.createTools({ submission, extra }).map(describeTool);
    expect(described.map(({ name }) => name)).toEqual(['bash', 'edit', 'create', 'submit']);
    for (const { textInput, inputSchema, description } of described) {
      expect(textInput).toMatch(/\w/);
      expect(description).toMatch(/\.$/);
      const properties = Object.values(inputSchema.properties as Record<string, { description?: string }>);
      expect(properties.every((property) => property.description !== undefined)).toBe(true);
    }
  }
});

test('plays a rollout that submits twice and ends with a message', async () => {
  const trajectory = await runRollout({
    id: 'one',
    sandbox,
    toolSet,
    role: { submission: { kind: 'patch' }, extra: [] },
    prompt: [{ role: 'user', text: 'Go.' }],
    policy: createScriptedPolicy([
      { toolCalls: [{ tool: 'bash', input: 'echo diff 1 > one.diff; echo diff 2 > two.diff' }] },
      { toolCalls: [{ tool: 'submit', input: 'one.diff' }] },
      { toolCalls: [{ tool: 'submit', input: 'two.diff' }] },
      { toolCalls: [{ tool: 'submit', input: 'three.diff' }] },
      { text: '## Done' },
    ]),
  });
  expect(trajectory.end).toEqual({ status: 'submitted', paths: [`${sandbox.workdir}/two.diff`] });
  const [first] = trajectory.messages.filter(({ role }) => role === 'tool');
  expect(first?.text).toBe('<output>\n\n</output>\n\n<budget>\n* Remaining turns: 127\n</budget>');
});
