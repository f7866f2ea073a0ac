import { posix } from 'node:path';
import { z } from 'zod';
import type { Tool, ToolOutcome, ToolPlace } from '../../tool.js';
import { MAX_ACTION_CHARACTERS, MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import type { RolloutShell } from '../cwm/rollout-shell.js';
import { createSandboxFiles, type FileWriting } from '../cwm/sandbox-files.js';
import { linesOf, showPath } from '../swe-agent/file-lines.js';
import { insertAfter, replaceOnce, type TextChange } from './change-text.js';
import { clipReply } from './clip-reply.js';
import { createEditHistory, type EditHistory } from './edit-history.js';
import { listDirectory } from './list-directory.js';
import { showLines, showSnippet } from './show-lines.js';

const text = (about: string) => z.string().max(MAX_ACTION_CHARACTERS).optional().describe(about);

const inputSchema: z.ZodType<FileEditorInput> = z.strictObject({
  command: z.enum(['view', 'create', 'str_replace', 'insert', 'undo_edit']).describe('what to do'),
  path: z.string().min(1).max(MAX_PATH_CHARACTERS).describe('the file, or for view also a directory; absolute'),
  file_text: text('for create: all that the file is to hold'),
  old_str: text('for str_replace: the text to replace, which must occur exactly once'),
  new_str: text('for str_replace: what to put there, nothing if left out; for insert: the lines to insert'),
  insert_line: z.int().optional().describe('for insert: the line after which to insert; 0 is the beginning'),
  view_range: z.array(z.int()).length(2).optional().describe('for view: the first and the last line; -1 is the end'),
});

export interface FileEditorInput {
  readonly command: 'view' | 'create' | 'str_replace' | 'insert' | 'undo_edit';
  readonly path: string;
  readonly file_text?: string | undefined;
  readonly old_str?: string | undefined;
  readonly new_str?: string | undefined;
  readonly insert_line?: number | undefined;
  readonly view_range?: readonly number[] | undefined;
}

/** What a command works on; `path` is absolute. */
interface Task {
  readonly input: FileEditorInput;
  readonly path: string;
  readonly shell: RolloutShell;
  readonly history: EditHistory;
  readonly place: ToolPlace;
}

/** The tool that views, creates and edits files and undoes edits. */
export function createFileEditorTool(shell: RolloutShell): Tool<FileEditorInput> {
  const history = createEditHistory();
  return {
    name: 'file_editor',
    description:
      'Views, creates and edits files. view: a file with its line numbers, or what is in a directory, two levels deep, ' +
      'hidden ones left out. create: a file that is not there yet. str_replace: replaces old_str, which must match exactly ' +
      'one place to the letter, by new_str. insert: inserts new_str after a line. undo_edit: takes back the latest edit of ' +
      'the file. Long replies are clipped.',
    input: inputSchema,
    async execute(input, place) {
      const path = posix.resolve(place.sandbox.workdir, input.path);
      return reply(clipReply(await perform({ input, path, shell, history, place })));
    },
  };
}

async function perform(task: Task): Promise<string> {
  const { input } = task;
  switch (input.command) {
    case 'view':
      return view(task);
    case 'create':
      return create(task);
    case 'str_replace': {
      const { old_str: search, new_str: replacement = '' } = input;
      if (!search) return 'ERROR: str_replace needs old_str.';
      return change(task, (content) => replaceOnce(linesOf(content), search, replacement));
    }
    case 'insert': {
      const { insert_line: line, new_str: inserted } = input;
      if (line === undefined || inserted === undefined) return 'ERROR: insert needs insert_line and new_str.';
      return change(task, (content) => insertAfter(linesOf(content), line, inserted));
    }
    case 'undo_edit':
      return undo(task);
  }
}

function filesOf({ shell, place }: Task) {
  return createSandboxFiles((command) => shell.run(command, place));
}

async function view(task: Task): Promise<string> {
  const { input, path, shell, place } = task;
  const named = showPath(path);
  const reading = await filesOf(task).read(path);
  if (reading.status === 'missing') return `ERROR: The path ${named} does not exist.`;
  if (reading.status === 'failed') {
    const listing = await listDirectory(shell, place, path);
    return listing ?? `ERROR: Cannot view ${named}: ${reading.reason}.`;
  }
  const file = linesOf(reading.content);
  const [first, end] = input.view_range ?? [1, -1];
  const last = end === -1 ? file.total : end;
  const isRange = first !== undefined && last !== undefined && first >= 1 && first <= last && last <= file.total;
  if (input.view_range !== undefined && !isRange)
    return `ERROR: view_range must be lines from 1 to ${file.total} in order, or end with -1.`;
  return `The file ${named} with its line numbers:\n${showLines(file, first ?? 1, last ?? 0)}`;
}

async function create(task: Task): Promise<string> {
  const { input, path } = task;
  if (input.file_text === undefined) return 'ERROR: create needs file_text.';
  const named = showPath(path);
  const writing = await filesOf(task).create(path, Buffer.from(input.file_text));
  switch (writing.status) {
    case 'written':
      return `File created at ${named}.`;
    case 'exists':
      return `ERROR: There is a file at ${named} already, which create does not overwrite.`;
    case 'no-directory':
      return `ERROR: The directory ${showPath(posix.dirname(path))} does not exist.`;
    case 'failed':
      return `ERROR: Cannot write ${named}: ${writing.reason}.`;
  }
}

async function change(task: Task, make: (content: Uint8Array) => TextChange): Promise<string> {
  const { path, history } = task;
  const named = showPath(path);
  const reading = await filesOf(task).read(path);
  if (reading.status === 'missing') return `ERROR: The path ${named} does not exist.`;
  if (reading.status === 'failed') return `ERROR: Cannot read ${named}: ${reading.reason}.`;
  const changed = make(reading.content);
  if (changed.status === 'refused') return `ERROR: ${changed.text} Nothing was changed.`;
  const writing = await filesOf(task).overwrite(path, changed.file.content);
  if (writing.status !== 'written') return cannotWrite(named, writing);
  history.push(path, reading.content);
  const snippet = showSnippet(changed.file, changed.first, changed.last);
  return `The file ${named} has been edited. Around the edit it holds now:\n${snippet}\nReview it, and edit it again where it is not right.`;
}

async function undo(task: Task): Promise<string> {
  const { path, history } = task;
  const named = showPath(path);
  const before = history.latest(path);
  if (before === undefined) return `ERROR: No edit of ${named} is known that could be undone.`;
  const writing = await filesOf(task).overwrite(path, before);
  if (writing.status !== 'written') return cannotWrite(named, writing);
  history.pop(path);
  return `The latest edit of ${named} is undone. It holds now:\n${showLines(linesOf(before), 1, Number.POSITIVE_INFINITY)}`;
}

function cannotWrite(named: string, writing: FileWriting): string {
  const reason = writing.status === 'failed' ? writing.reason : 'it is gone';
  return `ERROR: Cannot write ${named}: ${reason}. Look at what it holds now before you go on.`;
}

function reply(said: string): ToolOutcome {
  return { status: 'replied', text: said };
}
