import { WORKDIR } from './root-skeleton.js';
import type { ProcessResult } from './run-process.js';
import { SandboxError } from './sandbox-error.js';
import { assertTreePath } from './tree-paths.js';

/** A command of ours, run in the workspace as the workspace's user: it can do no more than what runs there can. */
export interface TrustedCommand {
  readonly argv: readonly string[];
  readonly stdin?: Uint8Array;
  readonly maxOutputBytes: number;
}

export type RunTrusted = (command: TrustedCommand) => Promise<ProcessResult>;

const MAX_READ_BYTES = 64 * 1024 ** 2;
const NOT_FOUND = 44;

/**
 * Both resolve links first and then use a path that has none. Where the sandbox can make links lead nowhere, one that is
 * put there in between is an error; reading finds no such file then. A pipe that is put there is not waited for.
 * 1: workspace, 2: path in it. Where a link leads out of the workspace, there is no such file.
 */
const READ_SCRIPT = `
target=$(realpath -e -- "$1/$2" 2>/dev/null && echo x) || exit ${NOT_FOUND}
target=\${target%?x}
case $target in "$1"/*) ;; *) exit ${NOT_FOUND} ;; esac
[ -f "$target" ] || exit ${NOT_FOUND}
[ -r "$target" ] || chmod u+r -- "$target"
dd if="$target" iflag=nofollow,nonblock bs=1M status=none || exit ${NOT_FOUND}
`;

/** As above, 3: directory of the path. A link at the path itself is replaced, never followed. */
const WRITE_SCRIPT = `
set -e
directory=$(realpath -m -- "$1/$3" && echo x)
directory=\${directory%?x}
case $directory/ in "$1"/*) ;; *) echo "a link leads out of the workspace" >&2; exit 1 ;; esac
mkdir -p -- "$directory"
file=$directory/\${2##*/}
if [ -L "$file" ] || { [ -e "$file" ] && [ ! -f "$file" ]; }; then rm -f -- "$file"; fi
[ ! -f "$file" ] || [ -w "$file" ] || chmod u+w -- "$file"
exec dd of="$file" oflag=nofollow,nonblock bs=1M status=none
`;

export async function readWorkspaceFile(run: RunTrusted, path: string, workdir: string = WORKDIR): Promise<Uint8Array> {
  assertTreePath(path);
  const result = await run({ argv: ['sh', '-c', READ_SCRIPT, 'sh', workdir, path], maxOutputBytes: MAX_READ_BYTES });
  if (exitCodeOf(result) === NOT_FOUND) {
    throw new SandboxError('file-not-found', `The workspace has no regular file ${JSON.stringify(path)}.`);
  }
  assertDone(result, `reading ${JSON.stringify(path)}`);
  return result.stdout;
}

export async function writeWorkspaceFile(
  run: RunTrusted,
  path: string,
  content: Uint8Array,
  workdir: string = WORKDIR,
): Promise<void> {
  assertTreePath(path);
  const directory = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
  const argv = ['sh', '-c', WRITE_SCRIPT, 'sh', workdir, path, directory];
  const result = await run({ argv, stdin: content, maxOutputBytes: 65_536 });
  assertDone(result, `writing ${JSON.stringify(path)}`);
}

export function exitCodeOf(result: ProcessResult): number | undefined {
  const code = /^\. (\d+)\n$/.exec(result.status)?.[1];
  return code === undefined ? undefined : Number(code);
}

/** Throws SandboxError where a trusted command did not end as it should. */
export function assertDone(result: ProcessResult, action: string): void {
  if (result.stopReason === 'output-exceeded') {
    throw new SandboxError('too-much-changed', `Stopped ${action}: more data than the bound.`);
  }
  if (exitCodeOf(result) === 0 && result.stopReason === undefined) return;
  const reason = result.stderr.toString().trim() || result.stopReason || `exit code ${exitCodeOf(result)}`;
  throw new SandboxError('sandbox-failed', `Failed ${action} in the workspace: ${reason}`);
}
