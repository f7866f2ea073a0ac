import type { AnyTool, ToolOutcome } from '../tool.js';
import type { Budget, ToolSet } from '../tool-set.js';

export interface HintOptions {
  /** At so many tokens left or fewer the policy is told to hand in. Default 3000. */
  readonly lowTokens?: number;
  /**
   * Calls of other tools before the work can be handed in; an earlier submission is turned down. Default 0: any time.
   */
  readonly minSteps?: number;
  /** The tool that hands in. Default: that of the tool set. */
  readonly submitTool?: string;
}

/**
 * A tool set whose replies end with what SkyRL-Agent tells its agents (NovaSky-AI/SkyRL, skyrl-agent,
 * agents/oh_codeact/codeact_agent.py; arXiv 2511.16108): how many steps remain, N = maximum - step + 1, where N is above 1;
 * at the last one, and where tokens run out, to hand in now. `step` is the one that is to be taken next, counted from 1: the
 * source counts it up before it adds the hint and asks. So N is the number of turns still to come: of 40, 39 after the first.
 * Tokens are those left by the last turn; the source also counts the reply that the hint stands in.
 * `minSteps` keeps a policy from ending too early: what it is told then is the number of steps that are still missing.
 * Throws RangeError for numbers that are not whole from 0 up, and in `createTools` where no tool is called `submitTool`.
 */
export function withHints(toolSet: ToolSet, options: HintOptions = {}): ToolSet {
  const { lowTokens = 3000, minSteps = 0, submitTool = toolSet.submitTool ?? 'submit' } = options;
  for (const [name, value] of Object.entries({ lowTokens, minSteps }))
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(`Expected ${name} to be a whole number from 0 up, got ${value}.`);
  return {
    ...toolSet,
    name: `${toolSet.name}+hints`,
    submitTool,
    createTools(role) {
      const tools = toolSet.createTools(role);
      if (tools.every(({ name }) => name !== submitTool))
        throw new RangeError(`Expected submitTool to be a tool of the set ${toolSet.name}, got "${submitTool}".`);
      return minSteps === 0 ? tools : delaySubmission(tools, submitTool, minSteps);
    },
    formatReply(text, budget) {
      const reply = toolSet.formatReply?.(text, budget) ?? text;
      return `${reply}\n\n${hintsOf(budget, lowTokens, submitTool).join('\n')}`;
    },
  };
}

function hintsOf({ remainingTurns, remainingTokens }: Budget, lowTokens: number, submitTool: string): string[] {
  const steps =
    remainingTurns > 1
      ? `Steps remaining: ${remainingTurns}.`
      : `This is your last step: hand in your work with the tool "${submitTool}" now.`;
  if (remainingTokens === undefined || remainingTokens > lowTokens) return [steps];
  return [steps, `You are running out of tokens: hand in your work with the tool "${submitTool}" now.`];
}

/** The tools of one rollout, which count its steps. */
function delaySubmission(tools: readonly AnyTool[], submitTool: string, minSteps: number): AnyTool[] {
  let steps = 0;
  return tools.map((tool) => ({
    ...tool,
    async execute(input, place): Promise<ToolOutcome> {
      if (tool.name !== submitTool) {
        steps += 1;
        return tool.execute(input, place);
      }
      const missing = minSteps - steps;
      if (missing <= 0) return tool.execute(input, place);
      return { status: 'replied', text: `It is too early to hand in: take at least ${missing} more steps first.` };
    },
  }));
}
