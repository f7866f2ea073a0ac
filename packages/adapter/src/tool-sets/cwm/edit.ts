import { posix } from 'node:path';
import { z } from 'zod';
import type { Tool, ToolOutcome } from '../../tool.js';
import { MAX_ACTION_CHARACTERS, MAX_PATH_CHARACTERS } from './action-limits.js';
import { EDIT_FORM, type Edit, readEditBlock } from './edit-block.js';
import { replaceLines } from './replace-lines.js';
import type { RolloutShell } from './rollout-shell.js';
import { createSandboxFiles } from './sandbox-files.js';

/** The tool that replaces one place of a file, found by its text. */
export function createCwmEditTool(shell: RolloutShell): Tool<Edit> {
  return {
    name: 'edit',
    description:
      'Replaces lines of a file. The search text must occur exactly once, beginning where a line begins, and match to ' +
      'the letter, indentation included. To delete lines, search for them together with a line that stays. Relative paths start at the root of the repository, whatever the directory ' +
      'of the bash session.',
    input: z.strictObject({
      path: z.string().min(1).max(MAX_PATH_CHARACTERS).describe('the file, which must exist'),
      search: z.string().max(MAX_ACTION_CHARACTERS).describe('one or more whole lines as they are in the file'),
      replace: z.string().max(MAX_ACTION_CHARACTERS).describe('the lines to put there; if empty, an empty line stays'),
    }),
    text: {
      description:
        'the path on the first line, then exactly one block, with at least one line in each part (REPLACEMENT LINES may ' +
        `be one empty line, which then stays in the file):\n${EDIT_FORM}`,
      read: readEditBlock,
    },
    async execute({ path, search, replace }, place): Promise<ToolOutcome> {
      const { workdir } = place.sandbox;
      const files = createSandboxFiles((command) => shell.run(command, place));
      const target = posix.resolve(workdir, path);
      const reading = await files.read(target);
      if (reading.status === 'missing') {
        const start = path.startsWith('/') ? '' : ` Relative paths start at ${workdir}.`;
        return reply(`The path ${path} does not exist. Please provide a valid path.${start}`);
      }
      if (reading.status === 'failed')
        return reply(`No replacement was performed. Cannot read ${path}: ${reading.reason}.`);
      const replacement = replaceLines(reading.content, path, search, replace);
      if (replacement.status === 'not-replaced') return reply(replacement.text);
      const writing = await files.overwrite(target, replacement.content);
      if (writing.status === 'written') return reply(replacement.text);
      const reason = writing.status === 'failed' ? writing.reason : 'it is gone';
      return reply(`Cannot write ${path}: ${reason}. Look at what it holds now before you go on.`);
    },
  };
}

function reply(text: string): ToolOutcome {
  return { status: 'replied', text };
}
