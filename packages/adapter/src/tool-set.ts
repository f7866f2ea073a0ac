import type { AnyTool } from './tool.js';

/** The tools that a policy works with. A new set is one file in tool-sets/. */
export interface ToolSet {
  readonly name: string;
  /**
   * How an episode ends. `submission`: at once. `final-message`: the policy may go on and submit again; its first turn
   * without a call ends it, with the latest submission.
   */
  readonly endsWith: 'submission' | 'final-message';
  /** The tool that hands in. Default `submit`. */
  readonly submitTool?: string;
  /** Made anew for each rollout, since tools may hold state, such as a shell. */
  createTools(role: RoleTools): readonly AnyTool[];
  /** What a reply looks like to the policy; default: its text. */
  formatReply?(text: string, budget: Budget): string;
}

/** What a role needs of any set of tools. */
export interface RoleTools {
  readonly submission: SubmissionKind;
  /** Tools of the role's own. */
  readonly extra: readonly AnyTool[];
}

/** What is handed in: the work as a patch, or files of these names. */
export type SubmissionKind = { readonly kind: 'patch' } | { readonly kind: 'files'; readonly names: readonly string[] };

/** What is left to a policy after a turn. */
export interface Budget {
  readonly remainingTurns: number;
  /** Undefined where neither the server nor the caller says how long a conversation may be. */
  readonly remainingTokens: number | undefined;
}

/** A set of given tools, for one's own experiments: no state, ends with a submission. */
export function createToolSet(name: string, createTools: ToolSet['createTools']): ToolSet {
  return { name, endsWith: 'submission', createTools };
}
