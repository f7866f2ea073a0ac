import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyTool, cwmFormat, describeTool, fenceFormat, xmlFormat } from '@swe-selfplay/adapter';
import { functionsOf, parsePython } from '@swe-selfplay/python';
import { createSandboxProvider, type Sandbox, type SandboxProvider, type TreeFile } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CodeSearchOptions, createCodeSearchTool } from './code-search-tool.js';
import type { CodeSearchInput } from './search-input.js';

const TALLYBOOK = join(import.meta.dirname, '../../../../examples/tallybook/repository');
const STACK = `"""Stacks."""
import os


@decorated
class Stack(list):
    def push(self, item):
        """Puts it on top."""
        def check():
            return item
        self.append(check())

    @property
    def top(self):
        return self[-1]

    @top.setter
    def top(self, value):
        self[-1] = value


async def drain(stack):
    while stack:
        yield stack.pop()
`;
const LONG = `class Long:\n${Array.from({ length: 70 }, (_, at) => `    def step_${at}(self):\n        return ${at}\n`).join('\n')}`;

const text = (content: string | Uint8Array): TreeFile => ({ mode: '100644', content: Buffer.from(content) });
let provider: SandboxProvider;
let shop: Sandbox;
const shopTool = createCodeSearchTool();

beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  const many = Array.from(
    { length: 25 },
    (_, at) => [`many/m${at}.py`, text(`def same():\n    COMMON = ${at}\n`)] as const,
  );
  const changes = new Map<string, TreeFile>([
    ['shop/stack.py', text(STACK)],
    ['shop/long.py', text(LONG)],
    ['shop/crlf.py', text('def first():\r\n    return "needle"\r\n')],
    ['root.py', text('import shop\nROOT = shop.stack.Stack()\n')],
    ['tests/test_stack.py', text('def push():\n    assert Stack\n\n\ndef only_here(): pass\n')],
    ['shop/http.py', text('def parseHTTPHeader(line):\n    name, value = line.split(":")\n    return name, value\n')],
    ['shop/broken.py', text('def before():\n    return (1\n\nclass After:\n    def method(self):\n        pass\n')],
    ...many,
  ]);
  shop = await provider.open({ base: undefined, changes });
});
afterAll(() => provider.close());

async function ask(input: CodeSearchInput, sandbox = shop, tool: AnyTool = shopTool): Promise<string> {
  const checked = tool.input.parse(input);
  return (await tool.execute(checked, { sandbox, signal: new AbortController().signal })).text;
}

const terms = (...search_terms: string[]): CodeSearchInput => ({ search_terms });

test('shows what bears an id whole, with line numbers', async () => {
  const reply = await ask(terms('shop/stack.py:Stack.push'));
  expect(reply).toContain('Found function `shop/stack.py:Stack.push` (lines 7-11).');
  expect(reply).toContain(' 8 |         """Puts it on top."""\n');
  expect(reply).not.toContain('def top');
  expect(await ask(terms('shop/stack.py:Stack'))).toContain('(lines 5-19).');
  expect(await ask(terms('shop/stack.py:Stack.push.<locals>.check'))).toContain('(lines 9-10).');
  const twice = await ask(terms(`${shop.workdir}/shop/stack.py:Stack.top`));
  expect(twice.match(/Found function/g)).toHaveLength(2);
  expect(await ask(terms('shop/stack.py'))).toContain('24 |         yield stack.pop()');
  expect(await ask(terms('tests/test_stack.py:push'))).toContain('assert Stack');
});

test('shows a class or a file of more than 200 lines by what it defines', async () => {
  const reply = await ask(terms('shop/long.py:Long'));
  expect(reply).toContain('Found class `shop/long.py:Long` (lines 1-210).');
  expect(reply).toContain('    def step_69(self):  # 209-210\n');
  expect(reply).toContain('Hint: search for `shop/long.py:Long.NAME` to see one of these.');
  expect(reply).not.toContain('return 5');
});

test('finds names that no test file defines: few with a preview, many as a list', async () => {
  const push = await ask(terms('push'));
  expect(push).toContain('Found function `shop/stack.py:Stack.push` (lines 7-11).');
  expect(push).toContain('7 |     def push(self, item):');
  expect(push).toContain('Hint: search for `shop/stack.py:Stack.push`');
  expect(push).not.toContain('Found function `tests/');
  const same = await ask(terms('same'));
  expect(same.match(/Found function `many\/m\d+\.py:same`/g)).toHaveLength(25);
  expect(same).not.toContain('COMMON');
  for (const named of ['class Stack', 'def Stack', 'STACK']) expect(await ask(terms(named))).toContain('Found class');
  expect(await ask(terms('Stack.push'))).toContain('Stack.push` (lines');
  expect(await ask(terms('Heap.push'))).toContain('Nothing has all of that name; found by `push`:');
  expect(await ask(terms('stack.py'))).toContain('Found file `shop/stack.py` (lines 1-24).');
  expect(await ask(terms('only_here'))).not.toContain('Found function');
});

test('always searches the text, in any case: lines of one file, counts of several, and no more than 20', async () => {
  expect(await ask(terms('NEEDLE'))).toContain('1 line of `shop/crlf.py` with the text: 2.');
  const several = await ask(terms('stack'));
  expect(several).toContain('3 files hold the text:\n- `root.py`: 1 line\n');
  const reply = await ask(terms('common'));
  expect(reply).toContain('More than 20 files hold the text; the first 20:');
  expect(reply).toContain('narrow the search');
  const narrow = await ask({ search_terms: ['common'], file_path_or_pattern: 'many/m2?.py' });
  expect(narrow).toContain('5 files hold the text:');
  const elsewhere = await ask({ search_terms: ['needle'], file_path_or_pattern: 'many/*.py' });
  expect(elsewhere).toContain('No line in `many/*.py` holds it; elsewhere:\n1 line of `shop/crlf.py`');
  const nowhere = await ask({ search_terms: ['needle'], file_path_or_pattern: 'nowhere/*.py' });
  expect(nowhere).toContain('(No file fits `nowhere/*.py`: all files were searched.)');
});

test('keeps to the numbers of the source: 3 previews, 20 files, 20 lines, 200 lines', async () => {
  const body = (lines: number) => `class Sized:\n${'    x = 1\n'.repeat(lines - 1)}`;
  const repeated = (name: string, count: number, content: string) =>
    Array.from({ length: count }, (_, at) => [`${name}${at}.py`, text(content)] as const);
  const changes = new Map<string, TreeFile>([
    ...repeated('three', 3, 'def thrice(): pass\n'),
    ...repeated('four', 4, 'def fourfold(): pass\n'),
    ...repeated('twenty', 20, '# score\n'),
    ...repeated('more', 21, '# too_many\n'),
    ['lines.py', text(`${'# full\n'.repeat(20)}${'# over\n'.repeat(21)}`)],
    ['whole.py', text(body(200))],
    ['folded.py', text(body(201))],
  ]);
  const sandbox = await provider.open({ base: undefined, changes });
  const tool = createCodeSearchTool({ maxReplyCharacters: 1_000_000 });
  const find = (term: string) => ask(terms(term), sandbox, tool);
  expect((await find('thrice')).match(/1 \| def thrice/g)).toHaveLength(3);
  const folded = await find('fourfold');
  expect(folded.match(/Found function/g)).toHaveLength(4);
  expect(folded).not.toContain('1 | def');
  expect(await find('score')).toContain('20 files hold the text:\n');
  expect(await find('too_many')).toContain('More than 20 files hold the text; the first 20:\n');
  expect(await find('# full')).toContain('20 lines of `lines.py` with the text: 1, 2, ');
  expect(await find('# full')).toContain(', 19, 20.\n');
  expect(await find('# over')).toContain(', 39, 40 and 1 more.\n');
  expect(await find('whole.py:Sized')).toContain('200 |     x = 1\n');
  expect(await find('folded.py:Sized')).not.toContain('x = 1');
  await sandbox.close();
});

test('ranks by words only where no name and no text is the same', async () => {
  const reply = await ask(terms('header parse http'));
  expect(reply).toContain('Most alike by their words:\n\n`shop/http.py:parseHTTPHeader` (lines 1-3):');
  expect(await ask(terms('parseHTTPHeader'))).not.toContain('Most alike');
  expect(await ask(terms('zzz qqq'))).toContain('Nothing was found.');
});

test('shows 20 lines around each line that is asked for', async () => {
  const file_path_or_pattern = 'shop/long.py';
  const reply = await ask({ line_nums: [99, 129, 2, 999], file_path_or_pattern });
  expect(reply).toContain('Lines 1-22 of `shop/long.py`, in `shop/long.py:Long.step_0`:\n');
  expect(reply).toContain(
    'Lines 79-149 of `shop/long.py`, in `shop/long.py:Long.step_32`, `shop/long.py:Long.step_42`:',
  );
  expect(reply).toContain('no line 999.');
  expect(await ask({ line_nums: [1] })).toContain('Lines are shown of one file');
});

test('finds every function of a library by its exact id', async () => {
  const paths = readdirSync(TALLYBOOK, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.py'));
  const sources = new Map(paths.map((path) => [path, readFileSync(join(TALLYBOOK, path), 'utf8')]));
  sources.set('stack.py', STACK);
  const changes = new Map([...sources].map(([path, source]) => [path, text(source)]));
  const sandbox = await provider.open({ base: undefined, changes });
  const tool = createCodeSearchTool({ maxReplyCharacters: 1_000_000 });
  const expected = [...sources].flatMap(([path, source]) =>
    functionsOf(parsePython(source)).map(({ qualifiedName, startLine, endLine }) => ({
      id: `${path}:${qualifiedName.replaceAll('.<locals>', '')}`,
      lines: `(lines ${startLine}-${endLine})`,
    })),
  );
  expect(expected.length).toBeGreaterThan(50);
  for (let at = 0; at < expected.length; at += 20) {
    const some = expected.slice(at, at + 20);
    const reply = await ask(terms(...some.map(({ id }) => id)), sandbox, tool);
    for (const { id, lines } of some) expect(reply).toContain(`Found function \`${id}\` ${lines}.`);
  }
  await sandbox.close();
});

test('sees what was changed, added and deleted since the last call', async () => {
  const changes = new Map([
    ['a.py', text('def old(): pass\n')],
    ['b.py', text('gone = 1\n')],
  ]);
  const sandbox = await provider.open({ base: undefined, changes });
  const tool = createCodeSearchTool();
  expect(await ask(terms('old'), sandbox, tool)).toContain('Found function `a.py:old`');
  await sandbox.run({ argv: ['sh', '-c', "printf 'def new(): pass\\n' >a.py; rm b.py; mkdir c; echo x=1 >c/d.py"] });
  expect(await ask(terms('new'), sandbox, tool)).toContain('Found function `a.py:new`');
  expect(await ask(terms('old', 'gone'), sandbox, tool)).not.toMatch(/Found|with the text/);
  expect(await ask(terms('x=1'), sandbox, tool)).toContain('`c/d.py`');
  await sandbox.close();
});

test('survives a hostile tree and says what it leaves out', async () => {
  const nested = Array.from({ length: 1200 }, (_, at) => `${' '.repeat(at)}def f():\n`).join('');
  const changes = new Map<string, TreeFile>([
    ['good.py', text('def good():\n    return 1\n')],
    ['slow.py', text(`def slow(): pass\n${'if a else '.repeat(20_000)}`)],
    ['nested.py', text(nested)],
    ['parens.py', text('('.repeat(300_000))],
    ['latin.py', text(Buffer.from('# caf\xe9\ndef latin(): pass\n', 'latin1'))],
    ['binary.py', text('x = 1\0\n')],
    ['huge.py', text(`x = "${'a'.repeat(1_100_000)}"\n`)],
    ['one line.py', text(`${'good '.repeat(50_000)}\n`)],
    ['empty.py', text('')],
    ['-n.py', text('dash = 1\n')],
    ['$(touch x).py', text('dollar = 1\n')],
    [`${'deep/'.repeat(60)}long-${'n'.repeat(120)}.py`, text('def far(): pass\n')],
  ]);
  const sandbox = await provider.open({ base: undefined, changes });
  const script = `mkfifo pipe.py; ln -s good.py link.py; ln -s . loop; ln good.py twin.py; mkdir dir.py; ln -s /dev/zero zero.py
    printf 'x=1\\n' >"$(printf 'line\\nbreak.py')"; echo x >'back\\slash.py'; echo x >"$(printf 'bad\\377.py')"
    echo x >unreadable.py; chmod 0 unreadable.py; mkdir .hidden; echo 'def hidden(): pass' >.hidden/h.py`;
  await sandbox.run({ argv: ['bash', '-c', script] });
  const tool = createCodeSearchTool({ parseTimeoutMs: 500 });
  const reply = await ask(
    terms('good', 'far', 'latin', 'dash', 'dollar', 'hidden', 'slow', 'one line.py'),
    sandbox,
    tool,
  );
  expect(reply).toContain('Found function `good.py:good` (lines 1-2).');
  expect(reply).toContain('Found function `twin.py:good` (lines 1-2).');
  expect(reply).toContain(`long-${'n'.repeat(120)}.py:far\``);
  expect(reply).toContain('Found function `latin.py:latin`');
  expect(reply).toContain('1 line of `-n.py` with the text: 1.');
  expect(reply).toContain('1 line of `$(touch x).py` with the text: 1.');
  expect(reply).not.toContain('.hidden');
  expect(reply).toContain('Some files take too long to parse');
  expect(reply).toMatch(/Files not searched: 3 links or special files, 3 oddly named, 1 of more than 1048576 bytes,/);
  expect(reply).toMatch(/1 binary/);
  expect(reply.length).toBeLessThan(31_000);
  const around = await ask({ line_nums: [1, 900], file_path_or_pattern: 'nested.py' }, sandbox, tool);
  expect(around).toContain('Lines 880-920 of `nested.py`');
  expect(await ask(terms('qq ww good'), sandbox, tool)).toContain('Most alike');
  expect((await sandbox.run({ argv: ['ls', 'x'] })).exitCode).not.toBe(0);
  await sandbox.close();
});

test('keeps to its bounds: the library first', async () => {
  const bound = (options: CodeSearchOptions) => ask(terms('same', 'Stack'), shop, createCodeSearchTool(options));
  const few = await bound({ maxFiles: 31 });
  expect(few).toContain('(Files not searched: 1 beyond the bounds of 31 files and 67108864 bytes.)');
  expect(few).not.toContain('tests/');
  expect(await bound({ maxTotalBytes: 400 })).toMatch(
    /Files not searched: \d+ beyond the bounds of 10000 files and 400/,
  );
  expect((await bound({ maxReplyCharacters: 500 })).length).toBeLessThan(700);
  expect(() => createCodeSearchTool({ maxFiles: 0 })).toThrow(/whole number from 1 up/);
});

test('is called in every format, and refuses to be asked nothing', async () => {
  const tool = createCodeSearchTool();
  const read = (input: string) => tool.text!.read(input);
  expect(read('term: Stack.push\nlines: 10, 25\npath: shop/stack.py')).toEqual({
    search_terms: ['Stack.push'],
    line_nums: [10, 25],
    file_path_or_pattern: 'shop/stack.py',
  });
  expect(read('terms: ["a", "b, c"]\nreturn x')).toEqual({ search_terms: ['a', 'b, c', 'return x'] });
  expect(() => read('lines: ten')).toThrow(/expected line numbers/);
  const tools = [describeTool(tool)];
  const reply = (content: string) => ({ text: content, toolCalls: [], isTruncated: false });
  const asText = { tool: 'search', input: 'term: push' };
  expect(cwmFormat.parse(reply('<tool: search>\nterm: push\n</tool>'), tools).toolCalls).toMatchObject([asText]);
  expect(fenceFormat.parse(reply('```search\nterm: push\n```'), tools).toolCalls).toMatchObject([asText]);
  expect(xmlFormat.describeTools(tools)).toContain('search_terms');
  expect(await ask({})).toContain('Expected search_terms');
});
