import type { AnyTool, ToolOutcome } from '../tool.js';
import type { ToolSet } from '../tool-set.js';
import { createSubmitTool } from '../tools/submit.js';
import { createCwmBashTool } from './cwm/bash.js';
import type { BashSessionOptions } from './cwm/bash-session.js';
import { besideSession, createRolloutShell } from './cwm/rollout-shell.js';
import { createCreateTool } from './swe-agent/create.js';
import { createEditTool } from './swe-agent/edit.js';
import type { Editor } from './swe-agent/editor.js';
import { showPath } from './swe-agent/file-lines.js';
import { createFindFileTool } from './swe-agent/find-file.js';
import { createGuardedWriter, type GuardedWriter, type LintRule } from './swe-agent/guarded-writer.js';
import { createLinter } from './swe-agent/linter.js';
import { createGotoTool, createScrollTool } from './swe-agent/move.js';
import { createNebiusEditTool } from './swe-agent/nebius-edit.js';
import { createOpenTool } from './swe-agent/open.js';
import { createReplaceTool } from './swe-agent/replace-text.js';
import { createSearchDirTool } from './swe-agent/search-dir.js';
import { createSearchFileTool } from './swe-agent/search-file.js';

export interface SweAgentToolSetOptions extends BashSessionOptions {
  /** Lines of a file that are shown at once, at least 2; default 100. */
  readonly windowLines?: number;
  /** Lines that stay in sight when the window is scrolled, fewer than the window has; default 2. */
  readonly overlapLines?: number;
  /**
   * Most files that search_dir lists and most lines that search_file shows; where more match, the policy is asked to narrow
   * its search. Default 100, as in the code of SWE-agent; its paper says 50.
   */
  readonly maxSearchResults?: number;
  /**
   * Which findings of the linter keep an edit of a Python file from being made. `new-findings`, the default: those that the
   * edit brings, as in SWE-agent v1.x; `any-finding`: all that the file then has, as in v0.4; `none`: edits are not checked.
   */
  readonly lint?: LintRule;
  /** Longest reply in characters, but for its last line, which tells the open file; default 100,000. */
  readonly maxReplyCharacters?: number;
}

/**
 * The agent-computer interface of SWE-agent (arXiv 2405.15793; v0.4.0 config/commands): a viewer that shows a window of one
 * open file, searches, edits of line ranges that a linter guards, bash and submit, which hands in the workspace and ends the
 * rollout. Which file is open belongs to the rollout. The first edit of a Python file tells which linter checks it: flake8
 * where python3 runs it in the sandbox, else a program of ours for the standard library of python3, else none. Each reply
 * ends with the open file, as the original's does; with the directory of the bash session it does not, since here paths of
 * the other tools do not depend on it.
 * Throws RangeError for options that are no such numbers.
 */
export function createSweAgentToolSet(options: SweAgentToolSetOptions = {}): ToolSet {
  return createViewerToolSet('swe-agent', options, (editor, { maxSearchResults, writer }) => [
    createOpenTool(editor),
    createGotoTool(editor),
    createScrollTool(editor, 'down'),
    createScrollTool(editor, 'up'),
    createFindFileTool(editor),
    createSearchDirTool(editor, maxSearchResults),
    createSearchFileTool(editor, maxSearchResults),
    createEditTool(editor, writer),
    createCreateTool(editor),
  ]);
}

/**
 * The tools of Nebius's agents (arXiv 2508.03501), a variant of SWE-agent's: edits may name their file, texts are replaced
 * wherever they stand, and what is found in directories is left to bash. Names and flags are those published; how the
 * arguments of `replace` are written, the replies and the linter are ours, as in `createSweAgentToolSet`. Throws RangeError.
 */
export function createNebiusToolSet(options: SweAgentToolSetOptions = {}): ToolSet {
  return createViewerToolSet('nebius', options, (editor, { maxSearchResults, writer }) => [
    createCreateTool(editor),
    createNebiusEditTool(editor, writer),
    createGotoTool(editor),
    createOpenTool(editor),
    createReplaceTool(editor, writer),
    createScrollTool(editor, 'down'),
    createScrollTool(editor, 'up'),
    createSearchFileTool(editor, maxSearchResults),
  ]);
}

interface ViewerParts {
  readonly maxSearchResults: number;
  readonly writer: GuardedWriter;
}

function createViewerToolSet(
  name: string,
  options: SweAgentToolSetOptions,
  createFileTools: (editor: Editor, parts: ViewerParts) => readonly AnyTool[],
): ToolSet {
  const { windowLines = 100, overlapLines = 2, maxSearchResults = 100, lint = 'new-findings' } = options;
  const { maxReplyCharacters = 100_000, timeoutMs = 120_000, maxOutputBytes } = options;
  mustBeAtLeast(2, { windowLines });
  mustBeAtLeast(0, { overlapLines });
  mustBeAtLeast(1, { maxSearchResults, maxReplyCharacters, 'windowLines - overlapLines': windowLines - overlapLines });
  const size = { lines: windowLines, overlap: overlapLines };
  return {
    name,
    endsWith: 'submission',
    createTools({ submission, extra }) {
      const shell = createRolloutShell({ timeoutMs, ...(maxOutputBytes !== undefined && { maxOutputBytes }) });
      const editor: Editor = { size, shell, open: undefined };
      const writer = createGuardedWriter(editor, createLinter(shell), lint);
      const tools = [
        ...createFileTools(editor, { maxSearchResults, writer }),
        createCwmBashTool(shell, timeoutMs),
        ...extra.map((tool) => besideSession(tool, shell)),
      ];
      return [...tools.map((tool) => showingState(tool, editor, maxReplyCharacters)), createSubmitTool(submission)];
    },
  };
}

/** The tool whose replies are shortened and tell which file is open: what showed it may no longer be in the context. */
function showingState(tool: AnyTool, editor: Editor, maxCharacters: number): AnyTool {
  return {
    ...tool,
    async execute(input, place): Promise<ToolOutcome> {
      const outcome: ToolOutcome = await tool.execute(input, place);
      if (outcome.status !== 'replied') return outcome;
      const state = `(Open file: ${editor.open === undefined ? 'n/a' : showPath(editor.open.path)})`;
      return { status: 'replied', text: `${shorten(outcome.text, maxCharacters)}\n${state}` };
    },
  };
}

/** Bytes hold no half characters, which a cut can leave and servers refuse. */
function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const left = text.length - maxCharacters;
  return `${Buffer.from(text.slice(0, maxCharacters)).toString()}\n[... ${left} more characters]`;
}

function mustBeAtLeast(least: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new RangeError(`Expected ${name} to be a whole number of at least ${least}, got ${value}.`);
  }
}
