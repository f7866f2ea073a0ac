import type { ChatMessage, TrajectoryRecord, TurnRecord } from '../trajectory-record.js';

/** What the policy did in one turn, and what came of it. */
export interface AgentStep {
  /** Index of the turn. */
  readonly turn: number;
  /** It only talked: no tool was used, nor tried. */
  readonly isTalk: boolean;
  /** All its calls were refused: no such tool, or an input that does not fit. */
  readonly isRefused: boolean;
  /** What was said and called; equal texts are equal actions. Ids of calls and reasoning kept apart do not matter. */
  readonly action: string;
  /** The calls alone; of a format that writes calls into the text, all that was said. '' where it only talked. */
  readonly calls: string;
  /** What was said, without calls that are none of its text. */
  readonly text: string;
  /** The replies, one after the other; undefined where there is none. */
  readonly observation: string | undefined;
}

/** The turns of an episode as steps, in order. */
export function agentStepsOf({
  turns,
  messages_tail,
  tool_events,
}: Pick<TrajectoryRecord, 'turns' | 'messages_tail' | 'tool_events'>): AgentStep[] {
  const statuses = new Map<number, string[]>();
  for (const { turn, status } of tool_events) {
    const told = statuses.get(turn);
    if (told === undefined) statuses.set(turn, [status]);
    else told.push(status);
  }
  return turns.map((turn, place) => {
    const used = statuses.get(turn.index) ?? [];
    const next = turns[place + 1];
    const replies = next === undefined ? messages_tail : repliesIn(next);
    const text = turn.response.content ?? '';
    const calls = turn.response.tool_calls?.map(({ function: { name, arguments: input } }) => [name, input]) ?? [];
    const isTalk = used.length === 0;
    return {
      turn: turn.index,
      isTalk,
      isRefused: !isTalk && used.every((status) => status === 'refused'),
      action: JSON.stringify([text, calls]),
      calls: isTalk ? '' : JSON.stringify(calls.length > 0 ? calls : [text]),
      text,
      observation: replies.length === 0 ? undefined : replies.map(({ content }) => content ?? '').join('\n'),
    };
  });
}

/** What a turn's request says after the turn before. */
function repliesIn({ messages_delta, restarts_messages }: TurnRecord): readonly ChatMessage[] {
  if (!restarts_messages) return messages_delta;
  return messages_delta.slice(messages_delta.findLastIndex(({ role }) => role === 'assistant') + 1);
}
