import { z } from 'zod';
import type { Tool } from '../tool.js';

/** The tool that ends a rollout of a solver: what the workspace holds now is the submission. */
export function createSubmitTool(): Tool<Record<string, never>> {
  return {
    name: 'submit',
    description: 'Hands in the repository as it is now and ends the work.',
    input: z.strictObject({}),
    async execute() {
      return { status: 'submitted', path: undefined, text: 'Submitted.' };
    },
  };
}

/** The tool that ends a rollout by handing in a directory of the workspace. */
export function createSubmitDirectoryTool(description: string): Tool<{ path: string }> {
  return {
    name: 'submit',
    description,
    input: z.strictObject({ path: z.string().min(1).max(4096) }),
    async execute({ path }) {
      return { status: 'submitted', path, text: `Submitted ${path}.` };
    },
  };
}
