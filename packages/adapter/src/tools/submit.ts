import { z } from 'zod';
import type { AnyTool, Tool } from '../tool.js';
import type { SubmissionKind } from '../tool-set.js';

/** The tool that hands in: the workspace as it is, or files by their paths. */
export function createSubmitTool(submission: SubmissionKind): AnyTool {
  return submission.kind === 'patch' ? submitWorkspace() : submitFiles(submission.names);
}

function submitWorkspace(): Tool<Record<string, never>> {
  return {
    name: 'submit',
    description: 'Hands in the repository as it is now and ends the work.',
    input: z.strictObject({}),
    text: { description: 'anything', read: () => ({}) },
    async execute() {
      return { status: 'submitted', paths: [], text: 'Submitted.' };
    },
  };
}

function submitFiles(names: readonly string[]): Tool<{ paths: string[] }> {
  return {
    name: 'submit',
    description: `Hands in the files ${names.join(', ')} by their paths and ends the work.`,
    input: z.strictObject({ paths: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
    text: {
      description: 'the paths of the files, one a line',
      read: (text) => ({
        paths: text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      }),
    },
    async execute({ paths }) {
      return { status: 'submitted', paths, text: `Submitted ${paths.join(', ')}.` };
    },
  };
}
