import { z } from 'zod';
import type { AnyTool, Tool } from '../../tool.js';
import type { SubmissionKind } from '../../tool-set.js';
import { createSubmitTool } from '../../tools/submit.js';

export interface FinishInput {
  readonly command: 'submit';
  readonly result?: string | undefined;
}

/** The tool that hands in and ends the rollout. */
export function createFinishTool(submission: SubmissionKind): AnyTool {
  if (submission.kind === 'files') return { ...createSubmitTool(submission), name: 'finish' };
  const finish: Tool<FinishInput> = {
    name: 'finish',
    description: 'Hands in the repository as it is now and ends the work.',
    input: z.strictObject({
      command: z.literal('submit').describe('always "submit"'),
      result: z.string().max(100_000).optional().describe('what was done, in words'),
    }),
    text: { description: 'submit', read: () => ({ command: 'submit' }) },
    async execute() {
      return { status: 'submitted', paths: [], text: 'Submitted.' };
    },
  };
  return finish;
}
