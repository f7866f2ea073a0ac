import { posix } from 'node:path';
import type { CommandResult } from '@swe-selfplay/sandbox';
import type { ToolPlace } from '../../tool.js';
import type { Editor } from './editor.js';
import { showPath } from './file-lines.js';

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 16 * 1024 ** 2;

/** Exit codes of our scripts, apart from those of the programs in them. */
export const NO_DIRECTORY = 43;
export const BAD_PATTERN = 44;
export const NO_FILE = 45;

export type Search =
  /** `isCut`: there was more than is read. */
  | { readonly status: 'found'; readonly output: string; readonly isCut: boolean }
  | { readonly status: 'failed'; readonly exitCode: number | undefined; readonly reason: string };

/** Runs a script of sh with arguments; a search that takes too long or is impossible is an answer. */
export async function runSearch(
  { shell }: Editor,
  place: ToolPlace,
  script: string,
  args: readonly string[],
): Promise<Search> {
  if (args.some((argument) => argument.includes('\0')))
    return { status: 'failed', exitCode: undefined, reason: 'a NUL character cannot be searched for' };
  const argv = ['sh', '-c', script, 'sh', ...args];
  const result = await shell.run({ argv, timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT_BYTES }, place);
  const isCut = result.ending === 'output-exceeded';
  if (isCut || result.exitCode === 0)
    return { status: 'found', output: Buffer.from(result.stdout).toString('utf8'), isCut };
  return { status: 'failed', exitCode: result.exitCode, reason: reasonOf(result) };
}

/** Why a search found nothing out. `what`: what was searched for and where; `named`: what the policy called the place. */
export function describeFailure(
  { exitCode, reason }: Extract<Search, { readonly status: 'failed' }>,
  what: string,
  named: string,
): string {
  if (exitCode === NO_DIRECTORY) return `Directory ${showPath(named)} not found.`;
  if (exitCode === NO_FILE) return `File ${showPath(named)} not found.`;
  return `Cannot search for ${what}: ${reason}.`;
}

function reasonOf({ ending, exitCode, stderr }: CommandResult): string {
  if (ending === 'timed-out') return `it took more than ${TIMEOUT_MS / 1000} s`;
  if (ending !== 'exited') return 'it was killed';
  const line = Buffer.from(stderr).toString('utf8').trim().split('\n').at(-1) ?? '';
  return line.replace(/^(sh|grep|find): /, '').slice(0, 500) || `exit code ${exitCode}`;
}

/** A path that was found, as the other tools take it: relative to the repository where it lies in it. */
export function namePath(directory: string, found: string, { sandbox }: ToolPlace): string {
  const path = posix.resolve(directory, found);
  const relative = posix.relative(sandbox.workdir, path);
  return relative.startsWith('../') || relative === '..' ? path : relative;
}
