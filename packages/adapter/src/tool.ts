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
  /** The input written as one text, for formats of calls that have no other arguments. */
  readonly text?: TextInput<Input>;
  /** Throws SandboxError where the sandbox failed; what merely goes wrong is a reply. */
  execute(input: Input, place: ToolPlace): Promise<ToolOutcome>;
  /** Ends what the tool holds, at the end of its rollout. */
  close?(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: tools of different inputs stand in one list; each checks its own.
export type AnyTool = Tool<any>;

export interface TextInput<Input> {
  /** How to write it, for the policy to read, such as "the command". */
  readonly description: string;
  /** Throws an Error whose message tells the policy what was wrong. */
  read(text: string): Input;
}

/** Where a tool acts. */
export interface ToolPlace {
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
}

/** A reply that goes on with the conversation, a submission, or a call that was not executed because it is none. */
export type ToolOutcome =
  | { readonly status: 'replied'; readonly text: string }
  /** The paths that were handed in, as commands in the sandbox name them; none: the workspace as it is. */
  | { readonly status: 'submitted'; readonly paths: readonly string[]; readonly text: string }
  | { readonly status: 'refused'; readonly text: string };

/** The tool as policies are told of it. */
export function describeTool(tool: AnyTool): ToolDescription {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input) as Record<string, unknown>;
  const { name, description, text } = tool;
  return { name, description, inputSchema, ...(text && { textInput: text.description }) };
}

/** Checks the input of a call and executes it; an input that does not fit is refused with the reason. */
export async function useTool(tool: AnyTool, input: unknown, place: ToolPlace): Promise<ToolOutcome> {
  let value = input;
  if (typeof input === 'string' && tool.text !== undefined) {
    try {
      value = tool.text.read(input);
    } catch (error) {
      return { status: 'refused', text: `Wrong input for ${tool.name}: ${(error as Error).message}` };
    }
  }
  const checked = tool.input.safeParse(value);
  if (checked.success) return tool.execute(checked.data, place);
  return { status: 'refused', text: `Wrong input for ${tool.name}: ${z.prettifyError(checked.error)}` };
}
