import { posix } from 'node:path';
import { z } from 'zod';
import type { Tool, ToolOutcome } from '../../tool.js';
import { MAX_ACTION_CHARACTERS, MAX_PATH_CHARACTERS } from './action-limits.js';
import type { RolloutShell } from './rollout-shell.js';
import { createSandboxFiles } from './sandbox-files.js';

export interface NewFile {
  readonly path: string;
  readonly content: string;
}

/** The tool that writes a new file. */
export function createCwmCreateTool(shell: RolloutShell): Tool<NewFile> {
  return {
    name: 'create',
    description:
      'Creates a file. The path must not exist, but its directory must. Relative paths start at the root of the ' +
      'repository, whatever the directory of the bash session.',
    input: z.strictObject({
      path: z.string().max(MAX_PATH_CHARACTERS).describe('the file, which must not exist'),
      content: z
        .string()
        .max(MAX_ACTION_CHARACTERS)
        .describe('all that the file is to hold, its last line break included'),
    }),
    text: {
      description:
        'the path on the first line; the other lines are the content of the file (an empty line at the end makes the ' +
        'file end with a line break)',
      read: readNewFile,
    },
    async execute({ path, content }, place): Promise<ToolOutcome> {
      if (path === '') return reply('Path is empty. Please provide a valid path.');
      const target = posix.resolve(place.sandbox.workdir, path);
      const files = createSandboxFiles((command) => shell.run(command, place));
      const writing = await files.create(target, Buffer.from(content));
      switch (writing.status) {
        case 'written':
          return reply(`File created successfully at: ${path} (${content.split('\n').length} lines).`);
        case 'exists':
          return reply(`${path} already exists. Cannot create a new file at an existing path.`);
        case 'no-directory':
          return reply(`File creation failed. The parent directory ${posix.dirname(target)} does not exist.`);
        case 'failed':
          return reply(`File creation failed. Cannot write ${path}: ${writing.reason}.`);
      }
    },
  };
}

function readNewFile(text: string): NewFile {
  const end = text.indexOf('\n');
  return end === -1 ? { path: text, content: '' } : { path: text.slice(0, end), content: text.slice(end + 1) };
}

function reply(text: string): ToolOutcome {
  return { status: 'replied', text };
}
