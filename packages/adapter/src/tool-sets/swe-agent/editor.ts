import { posix } from 'node:path';
import type { ToolOutcome, ToolPlace } from '../../tool.js';
import type { RolloutShell } from '../cwm/rollout-shell.js';
import { createSandboxFiles, type SandboxFiles } from '../cwm/sandbox-files.js';
import { type FileLines, linesOf, readLines, showPath } from './file-lines.js';
import { type WindowSize, windowAt } from './file-window.js';

/** What the tools of one rollout share: which file is open and where, and a way to files and commands. */
export interface Editor {
  readonly size: WindowSize;
  readonly shell: RolloutShell;
  open: OpenFile | undefined;
}

export interface OpenFile {
  /** Absolute, as commands in the sandbox name it. */
  readonly path: string;
  readonly centre: number;
}

/** A file as it is now: commands may have changed it since it was last looked at. */
export type FileView =
  | { readonly status: 'read'; readonly path: string; readonly file: FileLines }
  | { readonly status: 'missing' | 'failed'; readonly text: string };

export const NO_OPEN_FILE = 'No file is open. Use open first.';

export function filesOf({ shell }: Editor, place: ToolPlace): SandboxFiles {
  return createSandboxFiles((command) => shell.run(command, place));
}

/** Relative paths start at the root of the repository, whatever the directory of the bash session. */
export function resolvePath(path: string, { sandbox }: ToolPlace): string {
  return posix.resolve(sandbox.workdir, path);
}

/** `path` is absolute; `named` is what the policy called it. */
export async function viewFile(
  editor: Editor,
  place: ToolPlace,
  path: string,
  named: string = path,
): Promise<FileView> {
  const reading = await filesOf(editor, place).read(path);
  if (reading.status === 'read') return { status: 'read', path, file: linesOf(reading.content) };
  if (reading.status === 'missing') return { status: 'missing', text: `File ${showPath(named)} not found.` };
  return { status: 'failed', text: `Cannot open ${showPath(named)}: ${reading.reason}.` };
}

/** The open file, read anew. */
export async function viewOpenFile(editor: Editor, place: ToolPlace): Promise<FileView> {
  if (editor.open === undefined) return { status: 'failed', text: NO_OPEN_FILE };
  return viewFile(editor, place, editor.open.path);
}

/** A window of a file in the words of SWE-agent. `maxLines` is its size. */
export function showWindow(path: string, file: FileLines, centre: number, maxLines: number): string {
  const { first, last, above, below } = windowAt(centre, file.total, maxLines);
  const shown = readLines(file, first, last).map((line, index) => `${first + index}:${line}`);
  return [
    `[File: ${showPath(path)} (${file.total} lines total)]`,
    ...(above > 0 ? [`(${above} more lines above)`] : []),
    ...shown,
    ...(below > 0 ? [`(${below} more lines below)`] : []),
  ].join('\n');
}

/** Moves the window of the file there and shows it. */
export function moveTo(editor: Editor, path: string, file: FileLines, centre: number): string {
  editor.open = { path, centre };
  return showWindow(path, file, centre, editor.size.lines);
}

export function replied(...lines: readonly string[]): ToolOutcome {
  return { status: 'replied', text: lines.join('\n') };
}
