import type { ToolSet } from '../tool-set.js';
import { besideSession, createRolloutShell } from './cwm/rollout-shell.js';
import { BLOCKED_PROGRAMS, createExecuteBashTool } from './r2e/execute-bash.js';
import { createFileEditorTool } from './r2e/file-editor.js';
import { createFinishTool } from './r2e/finish.js';
import { createSearchTool } from './r2e/search.js';
import type { Editor } from './swe-agent/editor.js';

export interface R2eToolSetOptions {
  /** Wall time of one command; default 90,000, as in DeepSWE's training. */
  readonly timeoutMs?: number;
  /** Programs that execute_bash turns down as the first word of a command. Default: cd, ipython, jupyter, pip, nohup. */
  readonly blocked?: readonly string[];
  /** Files of a search above which it is to be narrowed. Default 100. */
  readonly maxSearchFiles?: number;
}

/**
 * The tools of R2E-Gym, which DeepSWE was trained with (arXiv 2504.07164; R2E-Gym src/r2egym/agenthub/tools): an editor of
 * files in the manner of OpenHands, whose replies are clipped at 10,000 characters, search, commands in new shells and
 * finish, which hands in the workspace and ends the rollout. All files can be viewed, where R2E-Gym shows those of Python
 * only; its condensed view of long files is left out. They are told and called in the `xml` format there. The paths of the
 * editor start at the root of the repository where they are not absolute.
 */
export function createR2eToolSet(options: R2eToolSetOptions = {}): ToolSet {
  const { timeoutMs = 90_000, blocked = BLOCKED_PROGRAMS, maxSearchFiles = 100 } = options;
  return {
    name: 'r2e',
    endsWith: 'submission',
    submitTool: 'finish',
    createTools({ submission, extra }) {
      const shell = createRolloutShell();
      const editor: Editor = { size: { lines: 1, overlap: 0 }, shell, open: undefined };
      return [
        createFileEditorTool(shell),
        createExecuteBashTool(shell, timeoutMs, blocked),
        createSearchTool(editor, maxSearchFiles),
        ...extra.map((tool) => besideSession(tool, shell)),
        createFinishTool(submission),
      ];
    },
  };
}
