import { createHash } from 'node:crypto';
import { type FileEntry, readFile, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import { addNeutralComments } from '@swe-selfplay/python';

/** How a line of comment is written, by the ending of the file's name. Where a whole line is one in any place. */
const COMMENT_SYNTAX: readonly [names: RegExp, comment: (text: string) => string][] = [
  [/\.(py|pyi|pyx|sh|bash|rb|pl|pm|r|jl|ex|exs|nim|cr|tcl)$/i, (text) => `# ${text}`],
  [
    /\.(js|mjs|cjs|jsx|ts|mts|cts|tsx|c|h|cc|cpp|cxx|hpp|hh|cs|java|kt|kts|scala|go|rs|swift|dart|zig|groovy)$/i,
    (text) => `// ${text}`,
  ],
  [/\.(css|scss|less)$/i, (text) => `/* ${text} */`],
  [/\.(lua|hs|elm|sql|adb|ads)$/i, (text) => `-- ${text}`],
  [/\.(clj|cljs|lisp|el|scm|rkt)$/i, (text) => `; ${text}`],
  [/\.(erl|hrl)$/i, (text) => `% ${text}`],
];

const MAX_BYTES = 1024 ** 2;
const MAX_KEPT = 2000;
/** By path and content: states of one artifact, and artifacts of one repository, share most of their files. */
const edited = new Map<string, Uint8Array>();

/** True for paths whose files can take a comment. */
export function isCommentable(path: string): boolean {
  return COMMENT_SYNTAX.some(([names]) => names.test(path));
}

/**
 * The snapshot with comments in those of `paths` that it has as regular files: behind statements in Python, as one more
 * line at the end elsewhere, in `appendOnly` files too. What runs is the same program.
 */
export async function editNeutrally(
  snapshot: Snapshot,
  paths: readonly string[],
  appendOnly: ReadonlySet<string>,
): Promise<{ readonly snapshot: Snapshot; readonly edited: readonly string[] }> {
  const changes: [string, FileEntry][] = [];
  for (const path of paths) {
    const file = await readFile(snapshot, path);
    if (file === undefined || file.mode === '120000' || file.content.length > MAX_BYTES) continue;
    const content = withComment(path, file.content, appendOnly.has(path));
    if (content !== undefined) changes.push([path, { mode: file.mode, content }]);
  }
  return { snapshot: withFiles(snapshot, changes), edited: changes.map(([path]) => path) };
}

function withComment(path: string, content: Uint8Array, isAppendOnly: boolean): Uint8Array | undefined {
  const syntax = COMMENT_SYNTAX.find(([names]) => names.test(path))?.[1];
  if (syntax === undefined) return undefined;
  // No fixed word that code could look for, yet always the same for the same file.
  const digest = createHash('sha256').update(path).update('\0').update(content).digest('hex');
  const text = digest.slice(0, 8);
  const key = `${digest}${isAppendOnly ? ' append' : ''}`;
  const known = edited.get(key);
  if (known !== undefined) return known;
  const source = path.endsWith('.py') && !isAppendOnly ? decodeUtf8(content) : undefined;
  const result =
    source === undefined ? appendLine(content, syntax(text)) : Buffer.from(addNeutralComments(source, text));
  if (edited.size >= MAX_KEPT) edited.clear();
  edited.set(key, result);
  return result;
}

function appendLine(content: Uint8Array, line: string): Uint8Array {
  const isOpen = content.length > 0 && content.at(-1) !== 10;
  return Buffer.concat([content, Buffer.from(`${isOpen ? '\n' : ''}${line}\n`)]);
}

function decodeUtf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}
