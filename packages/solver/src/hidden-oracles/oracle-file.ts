import { type FileEntry, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { type CodeBlock, codeBlocksOf, isModulePath } from '@swe-selfplay/python';

/** One state of an oracle file. */
export interface FileState {
  readonly entry: FileEntry;
  readonly text: string;
  /** Undefined where functions cannot be told apart: no Python, or none that parses, or no UTF-8. */
  readonly blocks: readonly CodeBlock[] | undefined;
}

/** A file with tests: in full and as weakening left it. */
export interface OracleFile {
  readonly path: string;
  readonly full: FileState | undefined;
  readonly weak: FileState | undefined;
  readonly isWeakened: boolean;
}

/** Reads files as they are before and after the weakening, in the order of their paths. */
export async function readOracleFiles(
  buggy: Snapshot,
  weakened: Snapshot,
  paths: Iterable<string>,
): Promise<OracleFile[]> {
  const files: OracleFile[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const [full, weak] = [await readFile(buggy, path), await readFile(weakened, path)];
    const isWeakened = !isSame(full, weak);
    const fullState = stateOf(path, full);
    files.push({ path, full: fullState, weak: isWeakened ? stateOf(path, weak) : fullState, isWeakened });
  }
  return files;
}

/** The blocks of both states, as far as there are any. */
export function blocksOf({ full, weak, isWeakened }: OracleFile): readonly CodeBlock[] {
  return [...(full?.blocks ?? []), ...((isWeakened && weak?.blocks) || [])];
}

function stateOf(path: string, entry: FileEntry | undefined): FileState | undefined {
  if (!entry) return undefined;
  const bytes = Buffer.from(entry.content);
  const text = bytes.toString('utf8');
  const isModule = isModulePath(path) && entry.mode !== '120000' && Buffer.from(text, 'utf8').equals(bytes);
  return { entry, text, blocks: isModule ? codeBlocksOf(text) : undefined };
}

function isSame(a: FileEntry | undefined, b: FileEntry | undefined): boolean {
  if (!a || !b) return a === b;
  return a.mode === b.mode && Buffer.compare(a.content, b.content) === 0;
}
