import type { Sandbox } from '@swe-selfplay/sandbox';
import { z } from 'zod';
import type { ToolDescription } from './conversation.js';

/** What a policy can do in a rollout besides talking. */
export interface Tool<Input = unknown> {
  readonly name: string;
  /** For the policy to read. */
  readonly description: string;
  /** Strict: what does not fit is told to the policy and not executed. */
  readonly input: z.ZodType<Input>;
  /** Throws SandboxError where the sandbox failed; what merely goes wrong is a reply. */
  execute(input: Input, place: ToolPlace): Promise<ToolOutcome>;
}

/** Where a tool acts. */
export interface ToolPlace {
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
}

/** A reply that goes on with the conversation, or the submission that ends it. */
export type ToolOutcome =
  | { readonly status: 'replied'; readonly text: string }
  | { readonly status: 'submitted'; readonly path: string | undefined; readonly text: string };

/** The tool as policies are told of it. */
export function describeTool(tool: Tool): ToolDescription {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input) as Record<string, unknown>;
  return { name: tool.name, description: tool.description, inputSchema };
}

/** Checks the input of a call and executes it; an input that does not fit is a reply that says why. */
export async function useTool(tool: Tool, input: unknown, place: ToolPlace): Promise<ToolOutcome> {
  const checked = tool.input.safeParse(input);
  if (checked.success) return tool.execute(checked.data, place);
  return { status: 'replied', text: `Wrong input for ${tool.name}: ${z.prettifyError(checked.error)}` };
}
