import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedPolicy } from '../policies/scripted.js';
import { runRollout } from '../run-rollout.js';
import { type AnyTool, describeTool, useTool } from '../tool.js';
import { TOOL_CALL_FORMATS } from '../tool-formats.js';
import { createEditHistory } from './r2e/edit-history.js';
import { createR2eToolSet } from './r2e.js';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('');

let provider: SandboxProvider;
let sandbox: Sandbox;
let tools: readonly AnyTool[];
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  const file = (content: string) => ({ mode: '100644' as const, content: Buffer.from(content, 'latin1') });
  const changes = new Map([
    ['dir/deep/deeper/x.py', file('x\n')],
    ['dir/a b.py', file('def f():\n    return 1\n')],
    ['.hidden/y', file('line 1\n')],
    ['twenty', file(LINES)],
    ['crlf', file('one\r\ntwo\r\n\xe9 last')],
    ['long', file('0123456789\n'.repeat(5000))],
  ]);
  sandbox = await provider.open({ base: undefined, changes, limits: { maxProcesses: 64 } });
  tools = createR2eToolSet({ timeoutMs: 1500 }).createTools({ submission: { kind: 'patch' }, extra: [] });
});
afterAll(() => provider.close());

async function use(name: string, input: unknown) {
  const tool = tools.find((each) => each.name === name)!;
  return useTool(tool, input, { sandbox, signal: new AbortController().signal });
}

const edit = async (command: string, path: string, more: object = {}): Promise<string> =>
  (await use('file_editor', { command, path, ...more })).text;
const bash = async (cmd: string): Promise<string> => (await use('execute_bash', cmd)).text;
const read = async (path: string) => Buffer.from(await sandbox.readFile(path)).toString('latin1');

test('views files with numbers, ranges and directories', async () => {
  const path = `${sandbox.workdir}/twenty`;
  expect(await edit('view', path, { view_range: [2, 3] })).toBe(
    `The file ${path} with its line numbers:\n     2 line 2\n     3 line 3`,
  );
  expect((await edit('view', 'twenty', { view_range: [19, -1] })).split('\n').slice(1)).toEqual([
    '    19 line 19',
    '    20 line 20',
  ]);
  expect(await edit('view', 'twenty')).toMatch(/\n {4}20 line 20$/);
  for (const range of [
    [0, 3],
    [3, 2],
    [2, 21],
    [21, -1],
  ])
    expect(await edit('view', 'twenty', { view_range: range })).toMatch(
      /^ERROR: view_range must be lines from 1 to 20 /,
    );
  const listing = (await edit('view', sandbox.workdir)).split('\n').slice(1);
  expect(listing).toContain(`${sandbox.workdir}/dir/a b.py`);
  expect(listing).toContain(`${sandbox.workdir}/dir/deep`);
  expect(listing.filter((each) => /deeper|hidden/.test(each))).toEqual([]);
  expect(await edit('view', 'nowhere')).toBe(`ERROR: The path ${sandbox.workdir}/nowhere does not exist.`);
  expect(await edit('view', 'a\0b')).toMatch(/^ERROR: Cannot view .*NUL/);
});

test('clips what is long', async () => {
  const view = await edit('view', 'long');
  expect(view).toMatch(/<response clipped><NOTE>.*<\/NOTE>$/);
  expect(view.indexOf('<response clipped>')).toBe(10_000);
  expect((await bash('seq 100000')).length).toBeLessThan(11_000);
  expect((await use('search', '0 long')).text).toContain('<response clipped>');
});

test('replaces what occurs once, and undoes it', async () => {
  const edited = await edit('str_replace', 'twenty', { old_str: 'line 10\n', new_str: 'ten\nand more\n' });
  expect(edited).toMatch(/^The file \S+\/twenty has been edited\. Around the edit it holds now:\n {5}6 line 6\n/);
  expect(edited).toMatch(/\n {4}10 ten\n {4}11 and more\n {4}12 line 11\n.*\n {4}16 line 15\nReview it/s);
  expect(await edit('str_replace', 'twenty', { old_str: 'line 1', new_str: 'x' })).toMatch(/^ERROR: .*more than once/);
  expect(await edit('str_replace', 'twenty', { old_str: 'line 99' })).toMatch(
    /^ERROR: .*does not occur .* Nothing was/,
  );
  expect(await edit('str_replace', 'twenty', { new_str: 'x' })).toBe('ERROR: str_replace needs old_str.');
  await edit('str_replace', 'twenty', { old_str: 'and more\n' });
  expect(await read('twenty')).toBe(LINES.replace('line 10', 'ten'));
  expect(await edit('undo_edit', 'twenty')).toMatch(/^The latest edit of .* is undone\. .*\n {4}11 and more\n/s);
  await edit('undo_edit', 'twenty');
  expect(await read('twenty')).toBe(LINES);
  expect(await edit('undo_edit', 'twenty')).toMatch(/^ERROR: No edit of .* is known/);
});

test('inserts after a line, and other bytes stay', async () => {
  expect(await edit('insert', 'crlf', { insert_line: 1, new_str: 'new' })).toMatch(/\n {5}2 new\n {5}3 two\n/);
  await edit('insert', 'crlf', { insert_line: 0, new_str: 'first\n' });
  await edit('insert', 'crlf', { insert_line: 5, new_str: 'end' });
  expect(await read('crlf')).toBe('first\r\none\r\nnew\r\ntwo\r\n\xe9 last\nend');
  await edit('insert', 'crlf', { insert_line: 1, new_str: '' });
  expect(await read('crlf')).toMatch(/^first\r\n\r\none\r\n/);
  await edit('undo_edit', 'crlf');
  expect(await edit('insert', 'crlf', { insert_line: 7, new_str: 'x' })).toMatch(
    /^ERROR: insert_line must be from 0 to 6,/,
  );
  expect(await edit('insert', 'crlf', { insert_line: 1 })).toBe('ERROR: insert needs insert_line and new_str.');
});

test('creates what is not there', async () => {
  expect(await edit('create', 'new.py', { file_text: 'é\n' })).toBe(`File created at ${sandbox.workdir}/new.py.`);
  expect(await edit('create', 'new.py', { file_text: '' })).toMatch(/^ERROR: There is a file at /);
  expect(await edit('create', 'no/x', { file_text: '' })).toMatch(/^ERROR: The directory \S+\/no does not exist\.$/);
  expect(await edit('create', 'other')).toBe('ERROR: create needs file_text.');
  expect(await read('new.py')).toBe('\xc3\xa9\n');
});

test('runs commands in new shells, but some', async () => {
  expect(await bash('cd /; x=1')).toBe('The command "cd" is not allowed. Use another one.');
  expect(await bash(' pip  install x')).toMatch(/^The command "pip" is not allowed/);
  expect(await bash('echo cd; echo no >&2; exit 3')).toBe('Exit code: 3\n[STDOUT]\n\ncd\n\n\n[STDERR]\n\nno\n');
  expect(await bash('sleep 20')).toMatch(/^It was killed: still running after/);
});

test('searches files and directories', async () => {
  expect((await use('search', "'line 2$' twenty")).text).toMatch(/\nLine 2:line 2\n/);
  expect((await use('search', { search_term: 'def f' })).text).toContain('\ndir/a b.py (1 matches)\n');
  expect((await use('search', 'x nowhere')).text).toMatch(/^Directory \S+\/nowhere not found\.$/);
  await bash('mkdir many; for n in $(seq 101); do echo hit > many/$n; done');
  expect((await use('search', 'hit many')).text).toMatch(/^More than 100 files matched .* \(101\)\. Please narrow/);
});

test('forgets the oldest edits where they take too much room', () => {
  const history = createEditHistory(10);
  for (const [path, content] of [
    ['a', '1234'],
    ['b', '5678'],
    ['a', '90'],
  ] as const)
    history.push(path, Buffer.from(content));
  history.push('c', Buffer.from('x'));
  expect(['a', 'b', 'c'].map((path) => history.latest(path)?.toString())).toEqual(['90', '5678', 'x']);
  history.pop('a');
  expect(history.latest('a')).toBeUndefined();
  history.pop('a');
});

test('is called in the xml format and ends with finish', async () => {
  const described = tools.map(describeTool);
  expect(described.map(({ name }) => name)).toEqual(['file_editor', 'execute_bash', 'search', 'finish']);
  const text =
    '<function=file_editor>\n<parameter=command>view</parameter>\n<parameter=path>/a</parameter>\n' +
    '<parameter=view_range>[1, 5]</parameter>\n</function>';
  const { toolCalls } = TOOL_CALL_FORMATS.xml.parse({ text, toolCalls: [], isTruncated: false }, described);
  expect(toolCalls[0]).toMatchObject({
    tool: 'file_editor',
    input: { command: 'view', path: '/a', view_range: [1, 5] },
  });
  const { end } = await runRollout({
    id: 'one',
    sandbox,
    toolSet: createR2eToolSet(),
    role: { submission: { kind: 'patch' }, extra: [] },
    prompt: [{ role: 'user', text: 'Go.' }],
    policy: createScriptedPolicy([
      { toolCalls: [{ tool: 'execute_bash', input: { cmd: 'true' } }] },
      { toolCalls: [{ tool: 'finish', input: { command: 'submit' } }] },
    ]),
  });
  expect(end).toEqual({ status: 'submitted', paths: [] });
  const files = createR2eToolSet().createTools({ submission: { kind: 'files', names: ['a'] }, extra: [] });
  expect(files.at(-1)).toMatchObject({ name: 'finish', description: expect.stringContaining('files a') });
});
