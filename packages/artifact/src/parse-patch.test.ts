import { expect, test } from 'vitest';
import { bytes, parsed } from '../test-support/patches.js';
import { encodeBinaryLines } from './git-binary.js';
import { parsePatch } from './parse-patch.js';

const HEADER = 'diff --git a/x b/x\n';
const MARKERS = '--- a/x\n+++ b/x\n';
const HUNK = '@@ -1,2 +1,2 @@\n a\n-b\n+c\n';
const PLAIN = HEADER + MARKERS + HUNK;
const BINARY = `literal 3\n${encodeBinaryLines(bytes('\0ab')).join('\n')}\n\n`;
const EMPTY = 'literal 0\nHcmV?d00001\n\n';

test('reads all that git says of a file', () => {
  const text =
    'diff --git "a/\\303\\274 x" b/two words\nold mode 100644\nnew mode 100755\nsimilarity index 90%\nrename from "\\303\\274 x"\n' +
    `rename to two words\nindex 1234567..89abcde\n--- "a/\\303\\274 x"\n+++ b/two words\t\n@@ -3 +3,2 @@ def f():\n-b\n+c\n+d\n\\ No newline at end of file\n`;
  expect(parsed(text).files).toEqual([
    {
      kind: 'rename',
      oldPath: 'ü x',
      newPath: 'two words',
      oldMode: '100644',
      newMode: '100755',
      content: {
        kind: 'text',
        hunks: [
          {
            oldStart: 3,
            oldLines: 1,
            newStart: 3,
            newLines: 2,
            heading: 'def f():',
            lines: [
              { kind: 'removed', text: 'b', endsWithoutNewline: false },
              { kind: 'added', text: 'c', endsWithoutNewline: false },
              { kind: 'added', text: 'd', endsWithoutNewline: true },
            ],
          },
        ],
      },
    },
  ]);
});

test.each([
  ['blank lines before, between and behind files', `\n\n${PLAIN}\n${PLAIN.replaceAll('x', 'y')}\n\n`],
  ['a text without its final line feed', PLAIN.slice(0, -1)],
  ['a hunk of one line on each side', `${HEADER}${MARKERS}@@ -1 +1 @@\n-b\n+c`],
  ['an empty context line without its space', `${HEADER}${MARKERS}@@ -1,2 +1,2 @@\n\n-b\n+c\n`],
  ['an index line with the mode', `${HEADER}index 1234567..89abcde 100644\n${MARKERS}${HUNK}`],
  ['a rewrite', `${HEADER}dissimilarity index 95%\n${MARKERS}${HUNK}`],
  ['names with raw UTF-8', 'diff --git a/\xc3\xbc b/\xc3\xbc\nold mode 100644\nnew mode 100755\n'],
  ['an empty new file', `${HEADER}new file mode 100644\nindex 0000000..e69de29\n`],
  ['an empty deleted file', `${HEADER}deleted file mode 100644\n`],
  ['a binary file', `${HEADER}new file mode 100644\nGIT binary patch\n${BINARY}${EMPTY}`],
  [
    'a binary file at the end without its empty line',
    `${HEADER}new file mode 100644\nGIT binary patch\n${BINARY}`.trimEnd(),
  ],
  ['a change of type', `${HEADER}deleted file mode 100644\n${HEADER}new file mode 120000\n`],
  ['a swap', 'diff --git a/x b/y\nrename from x\nrename to y\ndiff --git a/y b/x\nrename from y\nrename to x\n'],
  [
    'several copies of one file',
    'diff --git a/x b/y\ncopy from x\ncopy to y\ndiff --git a/x b/z\ncopy from x\ncopy to z\n',
  ],
])('accepts %s', (_name, text) => {
  expect(parsePatch(bytes(text)).status).toBe('parsed');
});

const hunks = (...texts: string[]) => HEADER + MARKERS + texts.join('');

test.each([
  ['an empty text', '', 'empty', undefined],
  ['blank lines only', '\n\n', 'empty', undefined],
  ['prose before the patch', `Here is the patch:\n${PLAIN}`, 'malformed', 1],
  ['a markdown fence', `\`\`\`diff\n${PLAIN}\`\`\`\n`, 'malformed', 1],
  ['a fence behind the patch', `${PLAIN}\`\`\`\n`, 'malformed', 8],
  ['a patch without git header', MARKERS + HUNK, 'malformed', 1],
  ['the trailer of format-patch', `${PLAIN}-- \n2.39.5\n`, 'malformed', 8],
  ['no prefixes', 'diff --git x x\n--- x\n+++ x\n@@ -1 +1 @@\n-b\n+c\n', 'malformed', 2],
  ['swapped prefixes', PLAIN.replace('a/x b/x', 'b/x a/x').replace('- a', '- b').replace('+ b', '+ a'), 'malformed', 2],
  ['a patch with CRLF line ends', PLAIN.replaceAll('\n', '\r\n'), 'malformed', 2],
  ['an entry that changes nothing', HEADER, 'malformed', 1],
  ['an entry with an index line only', `${HEADER}index 1234567..89abcde 100644\n`, 'malformed', 1],
  ['markers without hunks', HEADER + MARKERS, 'malformed', 4],
  ['one marker only', `${HEADER}--- a/x\n${HUNK}`, 'malformed', 3],
  ['a hunk that is cut off', hunks('@@ -1,3 +1,3 @@\n a\n-b\n+c\n'), 'malformed', 8],
  ['a hunk with more lines than it says', hunks('@@ -1,1 +1,1 @@\n-b\n+c\n+d\n'), 'malformed', 7],
  ['a hunk with an old line too many', hunks('@@ -1,1 +1,2 @@\n+b\n a\n a\n'), 'malformed', 7],
  ['a hunk without changes', hunks('@@ -1,1 +1,1 @@\n a\n'), 'malformed', 4],
  ['a hunk of nothing', hunks('@@ -1,0 +1,0 @@\n'), 'malformed', 4],
  ['a line without its sign', hunks('@@ -1,2 +1,2 @@\n a\nb\n'), 'malformed', 6],
  ['overlapping hunks', hunks('@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -2,1 +2,1 @@\n-b\n+d\n'), 'malformed', 8],
  ['the same hunk twice', hunks(HUNK, HUNK), 'malformed', 8],
  ['hunks out of order', hunks('@@ -9 +9 @@\n-b\n+c\n', '@@ -1 +1 @@\n-b\n+c\n'), 'malformed', 7],
  ['a new side that does not follow', hunks('@@ -1 +1,2 @@\n-b\n+c\n+d\n', '@@ -9 +9 @@\n-b\n+c\n'), 'malformed', 8],
  ['a zero start with lines', hunks('@@ -0,1 +1,1 @@\n-b\n+c\n'), 'malformed', 4],
  ['numbers beyond all files', hunks('@@ -99999999999 +1 @@\n-b\n+c\n'), 'malformed', 4],
  ['text glued to the hunk header', hunks('@@ -1 +1 @@x\n-b\n+c\n'), 'malformed', 4],
  ['a combined diff', `${HEADER}${MARKERS}@@@ -1 -1 +1 @@@\n`, 'malformed', 4],
  [
    'a line behind the one without newline',
    hunks('@@ -1,2 +1 @@\n-b\n\\ No newline at end of file\n-c\n+d\n'),
    'malformed',
    7,
  ],
  ['an empty line without newline', hunks('@@ -1 +1,2 @@\n b\n+\n\\ No newline at end of file\n'), 'malformed', 6],
  [
    'a hunk behind the end',
    hunks('@@ -1 +1 @@\n-b\n+c\n\\ No newline at end of file\n', '@@ -3,0 +4 @@\n+c\n'),
    'malformed',
    9,
  ],
  ['another backslash line', hunks('@@ -1 +1 @@\n-b\n\\ Kein Zeilenumbruch\n+c\n'), 'malformed', 6],
  [
    'a new file with old lines',
    `${HEADER}new file mode 100644\n--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n`,
    'malformed',
    5,
  ],
  [
    'a deletion of the last lines only',
    `${HEADER}deleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -2 +1,0 @@\n-b\n`,
    'malformed',
    5,
  ],
  ['/dev/null without a new file', `${HEADER}--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+c\n`, 'malformed', 1],
  ['a new file without /dev/null', `${HEADER}new file mode 100644\n${MARKERS}@@ -0,0 +1 @@\n+c\n`, 'malformed', 1],
  ['names that disagree', PLAIN.replace('+++ b/x', '+++ b/y'), 'malformed', 1],
  ['a header for another file', PLAIN.replace('a/x b/x', 'a/y b/y'), 'malformed', 1],
  ['a rename without its lines', 'diff --git a/x b/y\nold mode 100644\nnew mode 100755\n', 'malformed', 1],
  ['a rename that the header does not name', 'diff --git a/x b/y\nrename from x\nrename to z\n', 'malformed', 1],
  ['a rename to itself', `${HEADER}rename from x\nrename to x\n`, 'malformed', 2],
  ['half a rename', 'diff --git a/x b/y\nrename from x\n', 'malformed', 2],
  ['half a mode', `${HEADER}old mode 100644\n`, 'malformed', 2],
  ['two kinds at once', `${HEADER}new file mode 100644\ndeleted file mode 100644\n`, 'malformed', 2],
  ['a line twice', `${HEADER}new file mode 100644\nnew file mode 100755\n`, 'malformed', 3],
  [
    'a percentage beyond 100',
    'diff --git a/x b/y\nsimilarity index 101%\nrename from x\nrename to y\n',
    'malformed',
    2,
  ],
  ['a percentage without a rename', `${HEADER}similarity index 90%\n${MARKERS}${HUNK}`, 'malformed', 2],
  ['an unknown mode', `${HEADER}new file mode 100666\n`, 'malformed', 2],
  ['a mode that contradicts', `${HEADER}old mode 100644\nnew mode 100755\nindex 1234..5678 100644\n`, 'malformed', 2],
  ['a change of type in one entry', `${HEADER}old mode 100644\nnew mode 120000\n`, 'malformed', 2],
  ['a new file with an old id', `${HEADER}new file mode 100644\nindex 1234567..e69de29\n`, 'malformed', 2],
  [
    'binary files without data',
    `${HEADER}index 1234567..89abcde 100644\nBinary files a/x and b/x differ\n`,
    'malformed',
    3,
  ],
  ['a binary change that says nothing of the old', `${HEADER}GIT binary patch\n${BINARY}`, 'malformed', 2],
  [
    'binary data of another size',
    `${HEADER}new file mode 100644\nGIT binary patch\n${BINARY.replace('3', '4')}`,
    'malformed',
    4,
  ],
  [
    'binary data in another alphabet',
    `${HEADER}new file mode 100644\nGIT binary patch\nliteral 3\nK"""""\n\n`,
    'malformed',
    5,
  ],
  [
    'a short line of binary data before others',
    `${HEADER}new file mode 100644\nGIT binary patch\nliteral 9\nA00000\nA00000\n`,
    'malformed',
    6,
  ],
  ['an unclosed name', 'diff --git "a/x b/x\nold mode 100644\nnew mode 100755\n', 'malformed', 1],
  ['a parent directory', PLAIN.replaceAll('/x', '/../x'), 'unsafe-path', 1],
  ['a parent directory in escapes', PLAIN.replaceAll(/([ab])\/x/g, '"$1/\\056\\056/x"'), 'unsafe-path', 1],
  ['an absolute path', PLAIN.replaceAll('/x', '//etc/x'), 'unsafe-path', 1],
  ['a hook of git', PLAIN.replaceAll('/x', '/sub/.Git/hooks/x'), 'unsafe-path', 1],
  ['a rename into .git', 'diff --git a/x b/.git/x\nrename from x\nrename to .git/x\n', 'unsafe-path', 1],
  ['a path with NUL', PLAIN.replaceAll(/([ab])\/x/g, '"$1/\\000x"'), 'unsafe-path', 1],
  ['a path that is not UTF-8', PLAIN.replaceAll(/([ab])\/x/g, '"$1/\\377"'), 'unsafe-path', 1],
  [
    'a submodule',
    `${HEADER}new file mode 160000\nindex 0000000..1234567\n${MARKERS}@@ -0,0 +1 @@\n+Subproject commit 1\n`,
    'submodule',
    2,
  ],
  ['a submodule that moves', `${HEADER}index 1234567..89abcde 160000\n${MARKERS}${HUNK}`, 'submodule', 2],
  ['one file twice', PLAIN + PLAIN, 'duplicate-path', undefined],
  ['a file changed and deleted', `${PLAIN}${HEADER}deleted file mode 100644\n`, 'duplicate-path', undefined],
  [
    'two renames to one path',
    'diff --git a/x b/y\nrename from x\nrename to y\ndiff --git a/z b/y\nrename from z\nrename to y\n',
    'duplicate-path',
    undefined,
  ],
  [
    'two renames of one file',
    'diff --git a/x b/y\nrename from x\nrename to y\ndiff --git a/x b/z\nrename from x\nrename to z\n',
    'duplicate-path',
    undefined,
  ],
])('refuses %s', (_name, text, code, line) => {
  const parse = parsePatch(bytes(text));
  expect(parse).toMatchObject({ status: 'refused', code });
  if (line !== undefined) expect(parse).toMatchObject({ line });
});

const MEBI = 1024 * 1024;
const bomb = encodeBinaryLines(new Uint8Array(40 * MEBI)).join('\n');

test.each([
  ['a text beyond 32 MiB', 'x'.repeat(32 * MEBI + 1)],
  ['millions of empty lines', '\n'.repeat(20 * MEBI)],
  ['millions of hunk lines', hunks('@@ -0,0 +1,9000000 @@\n', '+\n'.repeat(9_000_000))],
  [
    'too many files',
    Array.from({ length: 10_001 }, (_, at) => `diff --git a/${at} b/${at}\nnew file mode 100644\n`).join(''),
  ],
  ['a binary file that states too much', `${HEADER}new file mode 100644\nGIT binary patch\nliteral ${65 * MEBI}\n\n`],
  [
    'binary files that inflate to too much together',
    ['x', 'y']
      .map(
        (name) =>
          `diff --git a/${name} b/${name}\nnew file mode 100644\nGIT binary patch\nliteral ${40 * MEBI}\n${bomb}\n\n`,
      )
      .join(''),
  ],
])('refuses %s as too large', (_name, text) => {
  expect(parsePatch(bytes(text))).toMatchObject({ status: 'refused', code: 'too-large' });
});

const LONG = 8 * MEBI;

test.each([
  ['one long line', 'x'.repeat(LONG)],
  ['a long header of names', `diff --git ${'a/x b/'.repeat(LONG / 6)}\n`],
  ['a long quoted name', `diff --git "${'\\303'.repeat(LONG / 4)}\n`],
  ['a long extended header', `${HEADER}index ${'0'.repeat(LONG)}\n`],
  ['a long marker', `${HEADER}--- a/${'x\t'.repeat(LONG / 2)}\n`],
  ['a long hunk header', hunks(`@@ -1 +1 @@ ${'@@ '.repeat(LONG / 3)}\n`)],
  ['a long number', hunks(`@@ -${'1'.repeat(LONG)} +1 @@\n`)],
  ['long base 85', `${HEADER}new file mode 100644\nGIT binary patch\nliteral 9\n${'z'.repeat(LONG)}\n`],
  [
    'a million lines of base 85',
    `${HEADER}new file mode 100644\nGIT binary patch\nliteral 9\n${'A00000\n'.repeat(MEBI)}`,
  ],
])('refuses %s within seconds', (_name, text) => {
  const started = performance.now();
  expect(parsePatch(bytes(text))).toMatchObject({ status: 'refused', code: 'malformed' });
  expect(performance.now() - started).toBeLessThan(30_000);
});

test('a reason names what was expected and what came, in bounds', () => {
  const parse = parsePatch(bytes(`${'y'.repeat(1000)}\n`));
  expect(parse).toMatchObject({ status: 'refused', line: 1 });
  expect((parse as { readonly reason: string }).reason.length).toBeLessThan(200);
});
