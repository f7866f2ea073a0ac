import { isDeepStrictEqual } from 'node:util';
import { type ChatMessage, createTurnLog, type ToolEvent, type TurnRecord } from '@swe-selfplay/trajectory';
import { toChatMessage } from './chat-messages.js';
import type { Message } from './conversation.js';
import type { Turn, TurnSample } from './policy.js';

/** What is written down of a rollout while it is played. */
export interface RolloutRecord {
  /** Adds a turn; `messages`: the conversation that it answers. */
  addTurn(messages: readonly Message[], turn: Turn, times: { readonly start: Date; readonly end: Date }): void;
  addToolEvent(event: Omit<ToolEvent, 'turn'>): void;
  readonly turns: readonly TurnRecord[];
  readonly toolEvents: readonly ToolEvent[];
  /** What was said after the last request and its answer. */
  tailOf(messages: readonly Message[]): readonly ChatMessage[];
}

/** Keeps of each turn only what is new in it, so that a long conversation takes room in proportion to its length. */
export function createRolloutRecord(): RolloutRecord {
  const log = createTurnLog();
  const toolEvents: ToolEvent[] = [];
  let said: readonly ChatMessage[] = [];
  let messagesAtLastTurn = 0;
  return {
    addTurn(messages, turn, times) {
      const { messages: request, record } = turn.sample ?? sampleOfText(messages, turn, times);
      const goesOn = said.length <= request.length && said.every((message, index) => isSame(message, request[index]!));
      log.append({
        ...record,
        index: log.turns.length,
        messages_delta: goesOn ? request.slice(said.length) : request,
        ...(!goesOn && { restarts_messages: true as const }),
        ...(turn.malformed && { format_error: turn.malformed.kind }),
      });
      said = [...request, record.response];
      messagesAtLastTurn = messages.length + 1;
    },
    addToolEvent(event) {
      toolEvents.push({ turn: log.turns.length - 1, ...event });
    },
    get turns() {
      return log.turns;
    },
    toolEvents,
    tailOf: (messages) => messages.slice(messagesAtLastTurn).map(toChatMessage),
  };
}

function isSame(left: ChatMessage, right: ChatMessage): boolean {
  return left === right || isDeepStrictEqual(left, right);
}

/** Of a policy that is no model, what was said is all that there is. */
function sampleOfText(messages: readonly Message[], turn: Turn, times: { start: Date; end: Date }): TurnSample {
  const { text, toolCalls } = turn;
  return {
    messages: messages.map(toChatMessage),
    record: {
      request_id: null,
      response: toChatMessage({ role: 'assistant', text, toolCalls }),
      finish_reason: null,
      stop_reason: null,
      prompt_token_ids: null,
      completion_token_ids: null,
      completion_logprobs: null,
      weight_version_start: null,
      weight_version_end: null,
      sampling_requested: {},
      sampling_effective: {},
      usage: null,
      t_start: times.start.toISOString(),
      t_end: times.end.toISOString(),
      retries: 0,
    },
  };
}
