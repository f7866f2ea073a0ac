import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createScriptedPolicy } from '../policies/scripted.js';
import { runRollout } from '../run-rollout.js';
import { type AnyTool, describeTool, useTool } from '../tool.js';
import { TOOL_CALL_FORMATS } from '../tool-formats.js';
import { createNebiusToolSet, createSweAgentToolSet, type SweAgentToolSetOptions } from './swe-agent.js';

const THOUSAND = Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`).join('\n');
const MODULE = 'import os\n\n\ndef f(x):\n    y = x\n    return y + 1\n\n\ndef g():\n    return os.sep\n';

let provider: SandboxProvider;
let sandbox: Sandbox;
let tools: readonly AnyTool[];
const opened: AnyTool[] = [];

function createTools(options: SweAgentToolSetOptions = {}): readonly AnyTool[] {
  const made = createSweAgentToolSet({ timeoutMs: 30_000, ...options }).createTools({
    submission: { kind: 'patch' },
    extra: [],
  });
  opened.push(...made);
  return made;
}

beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  const file = (content: string | Uint8Array) => ({ mode: '100644' as const, content: Buffer.from(content) });
  const changes = new Map([
    ['long.txt', file(`${THOUSAND}\n`)],
    ['short.txt', file('a\nb\nc')],
    ['crlf.txt', file('one\r\ntwo\r\nthree\r\n')],
    ['latin.txt', file(Buffer.from('caf\xe9\nbin\0\xff\nend\n', 'latin1'))],
    ['dir/a b.py', file(MODULE)],
    ['dir/deep/c.py', file('def f(): pass\n')],
    ['.hidden/x.py', file('def f(): pass\n')],
    ["it's $(x)\n-n", file('odd\n')],
  ]);
  sandbox = await provider.open({ base: undefined, changes, limits: { maxProcesses: 64 } });
});
beforeEach(() => {
  tools = createTools();
});
afterAll(async () => {
  for (const tool of opened) await tool.close?.();
  await provider.close();
});

async function use(name: string, input: unknown, among = tools) {
  return useTool(among.find((tool) => tool.name === name)!, input, { sandbox, signal: new AbortController().signal });
}

/** What a tool replies, without the line of state at its end. */
async function say(name: string, input: unknown, among = tools): Promise<string> {
  const { text } = await use(name, input, among);
  expect(text).toMatch(/\n\(Open file: .+\)$/);
  return text.slice(0, text.lastIndexOf('\n'));
}

async function bash(command: string): Promise<string> {
  const result = await sandbox.run({ argv: ['bash', '-c', command] });
  return Buffer.from(result.stdout).toString('latin1');
}

/** What of a file a reply shows. */
function shown(text: string): (number | undefined)[] {
  const numbers = [...text.matchAll(/^(\d+):/gm)].map(([, number]) => Number(number));
  const around = (word: string) => Number(new RegExp(`^\\((\\d+) more lines ${word}\\)$`, 'm').exec(text)?.[1] ?? 0);
  return [numbers[0], numbers.at(-1), around('above'), around('below')];
}

test('shows a window of the open file and moves it', async () => {
  const first = await say('open', 'long.txt');
  expect(first.split('\n').slice(0, 2)).toEqual([`[File: ${sandbox.workdir}/long.txt (1000 lines total)]`, '1:line 1']);
  expect(shown(first)).toEqual([1, 100, 0, 900]);
  expect(shown(await say('scroll_down', '.'))).toEqual([99, 198, 98, 802]);
  expect(shown(await say('scroll_down', {}))).toEqual([197, 296, 196, 704]);
  expect(shown(await say('scroll_down', {}))).toEqual([295, 394, 294, 606]);
  expect(shown(await say('scroll_up', ''))).toEqual([197, 296, 196, 704]);
  expect(shown(await say('goto', '300'))).toEqual([285, 384, 284, 616]);
  expect(shown(await say('open', { path: 'long.txt', line_number: 67 }))).toEqual([52, 151, 51, 849]);
  const beyond = await say('open', 'long.txt 5000');
  expect(beyond).toMatch(
    /^Warning: line_number \(5000\) is greater .* \(1000\)\.\nWarning: line_number is set to 1000\.\n/,
  );
  expect(shown(beyond)).toEqual([901, 1000, 900, 0]);
  expect(await say('open', 'long.txt 0')).toMatch(
    /^Warning: line_number \(0\) is less than 1\.\nWarning: .* 1\.\n\[File/,
  );
  expect(await say('goto', '1001')).toBe('Error: line_number must be less than or equal to 1000.');
});

test('says why it cannot show a file', async () => {
  for (const name of ['goto', 'scroll_up', 'scroll_down', 'search_file', 'edit'])
    expect(await say(name, { goto: '1', search_file: 'x', edit: '1:1\nx\nend_of_edit' }[name] ?? '')).toBe(
      'No file is open. Use open first.',
    );
  await bash('mkfifo pipe; head -c 20000000 /dev/zero > big');
  expect(await say('open', 'nowhere.py')).toBe('File nowhere.py not found.');
  expect(await say('open', 'dir')).toMatch(/^Cannot open dir: it is not a regular file\. .* bash lists directories\.$/);
  expect(await say('open', 'pipe')).toMatch(/^Cannot open pipe: it is not a regular file\./);
  expect(await say('open', 'big')).toMatch(/^Cannot open big: it is larger than 16 MiB\./);
  expect(await say('open', { path: 'a\0b' })).toMatch(/^Cannot open a\\u0000b: a path cannot hold a NUL character\./);
  expect(await say('search_file', 'x pipe')).toBe('File pipe not found.');
  expect(await use('open', 'a b c')).toMatchObject({ status: 'refused' });
  expect(await use('open', "'a")).toMatchObject({ status: 'refused', text: expect.stringContaining('not closed') });
  expect(await use('open', 'a x')).toMatchObject({ status: 'refused', text: expect.stringContaining('line number') });
  await bash('rm pipe big');
});

test('sees what commands did to the open file', async () => {
  await bash('seq 1 300 > moving');
  expect(shown(await say('open', 'moving 290'))).toEqual([201, 300, 200, 0]);
  await bash('seq 1 120 > moving');
  expect(shown(await say('scroll_up', ''))).toEqual([21, 120, 20, 0]);
  expect(shown(await say('scroll_up', ''))).toEqual([1, 100, 0, 20]);
  await bash('rm moving');
  expect(await say('scroll_down', '')).toBe(`File ${sandbox.workdir}/moving not found.`);
});

test('an edit replaces lines and leaves all other bytes as they are', async () => {
  await say('open', 'short.txt');
  const edited = await say('edit', '2:2\nB\nBB\nend_of_edit');
  expect(edited).toMatch(/^\[File: \S+\/short\.txt \(4 lines total\)\]\n1:a\n2:B\n3:BB\n4:c\nFile updated\. /);
  await say('open', 'crlf.txt');
  await say('edit', { start_line: 2, end_line: 2, replacement_text: '2\n2' });
  await say('open', 'latin.txt');
  expect(await say('edit', '3 9\nfin\nend_of_edit')).toContain('1:caf\ufffd\n2:bin\ufffd\ufffd\n3:fin\n');
  expect(await bash('cat short.txt crlf.txt latin.txt')).toBe(
    'a\nB\nBB\ncone\r\n2\r\n2\r\nthree\r\ncaf\xe9\nbin\0\xff\nfin\n',
  );
  await say('edit', '1:2\nend_of_edit');
  await say('edit', '2:2\nlast\nend_of_edit');
  expect(await bash('cat latin.txt')).toBe('fin\nlast\n');
});

test('an edit keeps modes and links', async () => {
  await bash('echo x > target; chmod 755 target; ln -s target link');
  await say('open', 'link');
  await say('edit', '1:1\ny\nend_of_edit');
  expect(await bash('cat target; stat -c %a target; readlink link; rm target link')).toBe('y\n755\ntarget\n');
});

test('an edit says why it cannot', async () => {
  await say('open', 'crlf.txt');
  const unchanged = 'Nothing was changed.';
  expect(await say('edit', '0:1\nx\nend_of_edit')).toBe(`Error: start_line must be at least 1. ${unchanged}`);
  expect(await say('edit', '3:2\nend_of_edit')).toBe(`Error: end_line must not be less than start_line. ${unchanged}`);
  expect(await say('edit', '99:99\nx\nend_of_edit')).toMatch(/^Error: start_line must be at most 5, the line after/);
  for (const text of ['x\nend_of_edit', '1\nx\nend_of_edit', '1:1\nx', '1:1\nx\nend_of_edit\ny'])
    expect(await use('edit', text), text).toMatchObject({
      status: 'refused',
      text: expect.stringContaining('START:END\nREPLACEMENT LINES\nend_of_edit'),
    });
  await say('open', '/proc/self/status');
  expect(await say('edit', '1:1\nx\nend_of_edit')).toMatch(/^Cannot write \/proc\/self\/status: .+\. Look at/);
});

test('an edit that breaks a Python file is not made, and shows why', async () => {
  await say('open', '"dir/a b.py"');
  const refused = await say('edit', '6:6\n   return z + 1\nend_of_edit');
  expect(refused).toMatch(/^The edit was not made, .*\n\nERRORS:\n- line 6, column \d+: E999 IndentationError: /);
  expect(refused).toMatch(/With your edit it would look like this:\n-+\n\[File.*\n6: {3}return z \+ 1\n/s);
  expect(refused).toMatch(/This is what it looks like, unchanged:\n-+\n\[File.*\n6: {4}return y \+ 1\n/s);
  expect(refused).toMatch(/\n\(Python files are checked .*\)$/);
  const unnamed = await say('edit', '6:6\n    return z + 1\nend_of_edit');
  expect(unnamed).toContain("F821 undefined name 'z'");
  expect(unnamed).not.toContain('Python files are checked');
  expect(await bash('cat "dir/a b.py"')).toBe(MODULE);
  expect(await say('edit', '6:6\n    return y - 1\nend_of_edit')).toContain('File updated.');
  expect(await bash('sed -n 6p "dir/a b.py"')).toBe('    return y - 1\n');
});

test('findings that were there before are the old version of the rule only', async () => {
  await bash("printf 'print(nothing)\\nx = 1\\n' > old.py");
  const strict = createTools({ lint: 'any-finding' });
  await say('open', 'old.py', strict);
  expect(await say('edit', '2:2\nx = 2\nend_of_edit', strict)).toContain("F821 undefined name 'nothing'");
  await say('open', 'old.py');
  expect(await say('edit', '2:2\nx = 3\nend_of_edit')).toContain('File updated.');
  expect(await say('edit', '2:2\nx = other\nend_of_edit')).toMatch(/ERRORS:\n- line 2, .*'other'\n\n/);
  const careless = createTools({ lint: 'none' });
  await say('open', 'old.py', careless);
  expect(await say('edit', '2:2\nx = (\nend_of_edit', careless)).toMatch(/ should be\.$/);
  // A file that is broken already can be made better step by step.
  await say('open', 'old.py');
  expect(await say('edit', '1:1\nprint(nothing)\nend_of_edit')).toContain('File updated.');
});

test('finds files by name and glob', async () => {
  const found = await say('find_file', '*.py');
  expect(found).toMatch(new RegExp(`^Found \\d matches for "\\*\\.py" in ${sandbox.workdir}:\n`));
  expect(found).toContain('\ndir/a b.py\ndir/deep/c.py');
  expect(await say('find_file', 'c.py dir/deep')).toMatch(/:\ndir\/deep\/c\.py$/);
  expect(await say('find_file', { file_name: "it's*" })).toContain("\nit's $(x)\\n-n");
  expect(await say('find_file', 'no.such')).toBe(`No matches found for "no.such" in ${sandbox.workdir}.`);
  expect(await say('find_file', 'x nowhere')).toBe('Directory nowhere not found.');
  await bash('mkdir many; cd many; for n in $(seq 600); do echo many > f$n; done');
  const many = (await say('find_file', 'f* many')).split('\n');
  expect([many.length, many.at(-1)]).toEqual([502, '(100 more)']);
});

test('search_dir counts the lines of each file, hidden ones left out', async () => {
  const found = await say('search_dir', '"def f"');
  const where = `"def f" in ${sandbox.workdir}`;
  expect(found).toBe(
    `Found 2 matches for ${where}:\ndir/a b.py (1 matches)\ndir/deep/c.py (1 matches)\nEnd of matches for ${where}.`,
  );
  expect(await say('search_dir', 'many many')).toMatch(
    /^More than 100 files matched .* \(600\)\. Please narrow your search\.$/,
  );
  expect(await say('search_dir', 'odd')).toContain("it's $(x)\\n-n (1 matches)");
  expect(await say('search_dir', "'def f' .hidden")).toContain('.hidden/x.py (1 matches)');
  expect(await say('search_dir', '-e')).toMatch(/^No matches found for "-e"/);
  expect(await say('search_dir', String.raw`'\('`)).toMatch(/^Cannot search for .*: Unmatched /);
  expect(await say('search_dir', 'x nowhere')).toBe('Directory nowhere not found.');
  expect(await say('search_dir', { search_term: 'a\0' })).toMatch(/^Cannot search for .* NUL/);
});

test('search_file shows lines, and asks to narrow a search above the limit', async () => {
  const path = `${sandbox.workdir}/long.txt`;
  expect(await say('search_file', '"line 99[5-9]" long.txt')).toBe(
    `Found 5 matches for "line 99[5-9]" in ${path}:\n${[5, 6, 7, 8, 9].map((n) => `Line 99${n}:line 99${n}`).join('\n')}\n` +
      `End of matches for "line 99[5-9]" in ${path}.`,
  );
  await say('open', 'long.txt');
  expect(await say('search_file', 'line')).toBe(
    `More than 100 lines matched for "line" in ${path} (1000). Please narrow your search.`,
  );
  expect(await say('search_file', "'line [1-9][0-9]$'")).toMatch(/^Found 90 matches/);
  const fifty = createTools({ maxSearchResults: 50 });
  expect(await say('search_file', "'line [1-9][0-9]$' long.txt", fifty)).toMatch(
    /^More than 50 lines matched .* \(90\)/,
  );
  expect(await say('search_file', 'nothing')).toBe(`No matches found for "nothing" in ${path}.`);
});

test('exactly as many files as the limit are listed', async () => {
  await bash('mkdir some; cd some; for n in $(seq 100); do echo here > f$n; done');
  const found = (await say('search_dir', 'here some')).split('\n');
  expect([found[0], found.length]).toEqual([expect.stringMatching(/^Found 100 matches/), 102]);
  await bash('echo here > some/f101');
  expect(await say('search_dir', 'here some')).toMatch(/^More than 100 files matched .* \(101\)/);
});

test('exactly as many lines as the limit are shown', async () => {
  await bash('yes hit | head -n 100 > hundred; yes hit | head -n 101 > more');
  expect(await say('search_file', 'hit hundred')).toMatch(/^Found 100 matches/);
  expect(await say('search_file', 'hit more')).toMatch(/^More than 100 lines matched .* \(101\)/);
});

test('create makes and opens a file of one empty line, and opens what is there', async () => {
  expect(await say('create', "'new file.py'")).toBe(`[File: ${sandbox.workdir}/new file.py (1 lines total)]\n1:`);
  expect(await say('edit', '1:1\nprint(1)\nend_of_edit')).toContain('1:print(1)\nFile updated.');
  expect(await say('create', { filename: 'crlf.txt' })).toMatch(/^Error: crlf\.txt already exists\.\n\[File: /);
  expect(await say('create', 'no/such/dir')).toBe(`Error: the directory ${sandbox.workdir}/no/such does not exist.`);
  expect(await say('create', '/proc/x')).toMatch(/^Error: cannot create \/proc\/x: .+\.$/);
  expect(await say('create', 'dir')).toMatch(/^Error: dir already exists\.\nCannot open dir/);
});

test('hostile names are only names', async () => {
  const name = "it's $(x)\n-n";
  const view = await say('open', { path: name });
  expect(view).toBe(`[File: ${sandbox.workdir}/it's $(x)\\n-n (1 lines total)]\n1:odd`);
  expect(await say('edit', '1:1\neven\nend_of_edit')).toContain('1:even');
  expect(await say('search_file', { search_term: 'even', file: name })).toContain('Line 1:even');
  expect(await bash(`cat "it's "*`)).toBe('even\n');
});

test('a line without end is cut, and a reply too', async () => {
  await bash('head -c 3000000 /dev/zero | tr "\\0" x > wide; (seq 100; cat wide) > both');
  expect((await say('open', 'wide')).length).toBeLessThan(5000);
  expect((await say('search_file', 'xx wide')).length).toBeLessThan(5000);
  const short = createTools({ maxReplyCharacters: 4 });
  expect(await say('bash', 'echo 1234', short)).toBe('1234');
  expect(await say('bash', 'echo 123😀56', short)).toBe('123\ufffd\n[... 3 more characters]');
});

test('every reply ends with the open file', async () => {
  const bash = async () => (await use('bash', 'echo out')).text;
  expect(await bash()).toBe('out\n(Open file: n/a)');
  await say('open', 'long.txt');
  expect(await bash()).toBe(`out\n(Open file: ${sandbox.workdir}/long.txt)`);
  await say('open', 'nowhere');
  expect(await bash()).toContain('/long.txt)');
  await say('open', '"it\'s $(x)\n-n"');
  expect(await bash()).toBe(`out\n(Open file: ${sandbox.workdir}/it's $(x)\\n-n)`);
});

test('edits of Nebius name their file, and texts are replaced where they stand', async () => {
  const nebius = createNebiusToolSet().createTools({ submission: { kind: 'patch' }, extra: [] });
  opened.push(...nebius);
  expect(nebius.map(({ name }) => name).join(' ')).toBe(
    'create edit goto open replace scroll_down scroll_up search_file bash submit',
  );
  await bash("printf 'def f(aa):\\n    return aa + aa\\n' > 'n b.py'; printf 'aaa\\xe9aa\\n' > raw");
  expect(await say('edit', '2:2\nx\nend_of_edit', nebius)).toBe('No file is open. Use open first.');
  const named = await say('edit', "--file 'n b.py' 2:2\n    return aa * aa\nend_of_edit", nebius);
  expect(named).toContain('2:    return aa * aa\nFile updated.');
  expect(await use('edit', '--file x', nebius)).toMatchObject({ status: 'refused' });
  expect(await use('edit', "--file 'n b.py'\n2:2\nend_of_edit", nebius)).toMatchObject({ status: 'refused' });
  expect(await say('replace', 'aa bb', nebius)).toMatch(/^Error: the text occurs more than once/);
  expect(await say('replace', 'missing bb', nebius)).toMatch(/^Error: the text was not found/);
  expect(await say('replace', "'f(aa)' 'f(bb)'", nebius)).toContain("F821 undefined name 'aa'");
  expect(await say('replace', '--replace-all aa bb', nebius)).toContain('2:    return bb * bb\nFile updated.');
  expect(await say('replace', { search: 'bb):\n', replace: 'bb, c=1):\n\n' }, nebius)).toContain('(3 lines total)');
  await say('open', 'raw', nebius);
  await say('replace', { search: 'aa', replace: 'é', replace_all: true }, nebius);
  expect(await bash("cat 'n b.py' raw")).toBe('def f(bb, c=1):\n\n    return bb * bb\n\xc3\xa9a\xe9\xc3\xa9\n');
  const huge = { search: 'a', replace: 'x'.repeat(200_000), replace_all: true };
  await bash("head -c 1000 /dev/zero | tr '\\0' a > raw");
  expect(await say('replace', huge, nebius)).toMatch(/^Error: the file would become too large/);
});

test('refuses options that make no window', () => {
  expect(() => createSweAgentToolSet({ windowLines: 2, overlapLines: 2 })).toThrow(RangeError);
  expect(() => createSweAgentToolSet({ windowLines: 1.5 })).toThrow(/Expected windowLines/);
  expect(() => createSweAgentToolSet({ maxSearchResults: Number.NaN })).toThrow(/maxSearchResults/);
});

test('describes each tool with both forms of its input', () => {
  const described = tools.map(describeTool);
  expect(described.map(({ name }) => name).join(' ')).toBe(
    'open goto scroll_down scroll_up find_file search_dir search_file edit create bash submit',
  );
  for (const { textInput, description } of described) {
    expect(textInput).toMatch(/\w/);
    expect(description).toMatch(/\.$/);
  }
  const aboutEdit = (among: readonly AnyTool[]) => among.find(({ name }) => name === 'edit')?.description;
  expect(aboutEdit(tools)).toContain('Python files are checked');
  expect(aboutEdit(createTools({ lint: 'none' }))).not.toContain('Python');
});

test.each(['native', 'xml'] as const)('the calls of the format %s have arguments', (name) => {
  const format = TOOL_CALL_FORMATS[name];
  const input = { start_line: 10, end_line: 12, replacement_text: '    one\n\n    two' };
  const said = format.renderMessage({ role: 'assistant', text: '', toolCalls: [{ id: 'a', tool: 'edit', input }] });
  const reply = { text: (said.content as string | null) ?? '', toolCalls: said.tool_calls ?? [], isTruncated: false };
  expect(format.parse(reply, tools.map(describeTool)).toolCalls).toMatchObject([{ tool: 'edit', input }]);
});

test.each(['cwm', 'fence'] as const)('the calls of the format %s are those of SWE-agent', (name) => {
  const format = TOOL_CALL_FORMATS[name];
  const described = tools.map(describeTool);
  const input = '10:12\n    one\n\n    two\nend_of_edit';
  const said = format.renderMessage({ role: 'assistant', text: '', toolCalls: [{ id: 'a', tool: 'edit', input }] });
  const reply = { text: said.content as string, toolCalls: [], isTruncated: false };
  expect(format.parse(reply, described).toolCalls).toMatchObject([{ tool: 'edit', input }]);
  const edit = tools.find((tool) => tool.name === 'edit')!;
  expect(edit.text!.read(input)).toEqual({ start_line: 10, end_line: 12, replacement_text: '    one\n\n    two\n' });
});

test('each rollout has its own open file, and submit ends it', async () => {
  const play = (id: string, path: string) =>
    runRollout({
      id,
      sandbox,
      toolSet: createSweAgentToolSet(),
      role: { submission: { kind: 'patch' }, extra: [] },
      prompt: [{ role: 'user', text: 'Go.' }],
      policy: createScriptedPolicy([
        { toolCalls: [{ tool: 'scroll_down', input: {} }] },
        { toolCalls: [{ tool: 'open', input: { path } }] },
        { toolCalls: [{ tool: 'bash', input: 'pwd' }] },
        { toolCalls: [{ tool: 'submit', input: {} }] },
      ]),
    });
  for (const path of ['long.txt', 'short.txt']) {
    const { end, messages } = await play(path, path);
    expect(end).toEqual({ status: 'submitted', paths: [] });
    const replies = messages.flatMap((message) => (message.role === 'tool' ? message.text : []));
    expect(replies[0]).toBe('No file is open. Use open first.\n(Open file: n/a)');
    expect(replies[1]).toContain(`/${path} (`);
    expect(replies[2]).toBe(`${sandbox.workdir}\n(Open file: ${sandbox.workdir}/${path})`);
  }
});
