import { type Conversation, turnOf } from '../conversation.js';
import type { Policy, Turn } from '../policy.js';

/** A turn of a script; tool calls may leave out their id. */
export interface ScriptedTurn {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly id?: string; readonly tool: string; readonly input?: unknown }[];
}

/** A fixed turn, or one made of what has been said so far. */
export type ScriptStep = ScriptedTurn | ((conversation: Conversation) => ScriptedTurn);

/**
 * A policy that plays the given turns in order and then ends. Where it stands is counted in the conversation, so that
 * one scripted policy can play many rollouts at once.
 */
export function createScriptedPolicy(steps: readonly ScriptStep[], options: { readonly name?: string } = {}): Policy {
  return {
    name: options.name ?? 'scripted',
    async respond(conversation) {
      const position = turnOf(conversation) - 1;
      const step = steps[position];
      if (step === undefined) return { text: 'The script ends here.', toolCalls: [] };
      return completeTurn(typeof step === 'function' ? step(conversation) : step, position);
    },
  };
}

function completeTurn(turn: ScriptedTurn, position: number): Turn {
  const toolCalls = (turn.toolCalls ?? []).map((call, index) => ({
    id: call.id ?? `call-${position + 1}-${index + 1}`,
    tool: call.tool,
    input: call.input ?? {},
  }));
  return { text: turn.text ?? '', toolCalls };
}
