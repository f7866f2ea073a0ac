import type { ToolSet } from '../tool-set.js';
import { type BashToolOptions, createBashTool } from '../tools/bash.js';
import { createSubmitTool } from '../tools/submit.js';

/** The smallest set: bash, a new shell for each call, and submit. */
export function createPlainToolSet(options: BashToolOptions = {}): ToolSet {
  return {
    name: 'plain',
    endsWith: 'submission',
    createTools: ({ submission, extra }) => [createBashTool(options), ...extra, createSubmitTool(submission)],
  };
}
