import { isUtf8 } from 'node:buffer';
import type { ToolPlace } from '@swe-selfplay/adapter';
import type { CommandResult } from '@swe-selfplay/sandbox';

/** A Python file of a workspace; `path` is relative to its root. */
export interface ListedSource {
  readonly path: string;
  readonly bytes: number;
  /** Differs where the file was written since. */
  readonly stamp: string;
}

export interface SourceListing {
  readonly sources: readonly ListedSource[];
  /** Links, pipes and the like named as Python files. */
  readonly special: number;
  /** Those whose paths hold control characters, backslashes or what is no UTF-8. */
  readonly oddlyNamed: number;
  /** Why there may be more than these. */
  readonly cut: string | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 8 * 1024 ** 2;

// Hidden directories are left out, as the original does. A path with a line break would be read as two.
const SCRIPT = `
find . -name '.?*' -prune -o -type d '(' -name __pycache__ -o -name node_modules ')' -prune -o -type d -o \
-name '*.py' '(' -path '*
*' -o -path '*\\\\*' ')' -exec sh -c 'echo "odd $#"' sh '{}' + -o \
-name '*.py' -exec stat -c '%f %s %z|%y|%n' '{}' + 2>/dev/null
exit 0
`;
const LINE = /^([0-9a-f]+) (\d+) ([^|]*\|[^|]*)\|\.\/(.+)$/;
const REGULAR = 0x8;

/** Lists the Python files of a workspace, sorted by path, with one command there. Throws SandboxError. */
export async function listSources({ sandbox, signal }: ToolPlace): Promise<SourceListing> {
  const argv = ['sh', '-c', SCRIPT];
  const result = await sandbox.run({ argv, timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT_BYTES, signal });
  const sources: ListedSource[] = [];
  let [special, oddlyNamed] = [0, 0];
  for (const line of linesIn(Buffer.from(result.stdout))) {
    const text = line.toString('utf8');
    const [, mode, size, stamp, path] = LINE.exec(text) ?? [];
    if (mode === undefined || size === undefined || stamp === undefined || path === undefined)
      oddlyNamed += Number(/^odd (\d{1,9})$/.exec(text)?.[1] ?? 0);
    else if (Number.parseInt(mode, 16) >> 12 !== REGULAR) special += 1;
    else if (!isUtf8(line) || /\p{Cc}/u.test(path)) oddlyNamed += 1;
    else sources.push({ path, bytes: Number(size), stamp: `${size} ${stamp}` });
  }
  sources.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { sources, special, oddlyNamed, cut: cutOf(result) };
}

/** Those that are ended by a line feed. */
function* linesIn(output: Buffer): Generator<Buffer> {
  for (let start = 0; ; ) {
    const end = output.indexOf(10, start);
    if (end === -1) return;
    yield output.subarray(start, end);
    start = end + 1;
  }
}

function cutOf({ ending }: CommandResult): string | undefined {
  switch (ending) {
    case 'exited':
      return undefined;
    case 'timed-out':
      return `listing the files took more than ${TIMEOUT_MS / 1000} s`;
    case 'output-exceeded':
      return 'there are too many Python files to list';
    default:
      return 'listing the files was ended';
  }
}
