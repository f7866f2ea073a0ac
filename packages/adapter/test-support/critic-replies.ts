import type { PlainMessage } from '@swe-selfplay/trajectory';
import type { SmallAnswer } from './small-server.js';

export const IM_START = 151_644;
export const IM_END = 151_645;
export const ASSISTANT = 77_091;
const ROLES: Readonly<Record<string, number>> = { assistant: ASSISTANT, user: 872, system: 8948 };

/** Ids of a conversation as Qwen's chat template has them, with a made-up id for each character. */
export function chatIds(messages: readonly PlainMessage[]): number[] {
  return messages.flatMap(({ role, content }) => [
    ...[IM_START, ROLES[role]!, 198],
    ...Array.from(content, (character) => 1_000 + character.codePointAt(0)!),
    ...[IM_END, 198],
  ]);
}

/**
 * What a vLLM with a token classifier answers to `/pooling`: at the end of each assistant's turn the reward that is
 * asked for, everywhere else a number that nobody should take for one.
 */
export function poolingReply(
  messages: readonly PlainMessage[],
  rewardOf: (content: string, turn: number) => unknown,
): { readonly data: unknown[]; readonly prompt_token_ids: number[] } {
  const said = messages.filter(({ role }) => role === 'assistant');
  const ids = chatIds(messages);
  const noise = (place: number): unknown => -1000 - place;
  const rewards = ids.map((_, place) => noise(place));
  let turn = -1;
  for (const [place, id] of ids.entries()) {
    if (id === IM_START && ids[place + 1] === ASSISTANT) {
      turn += 1;
      const end = ids.indexOf(IM_END, place);
      rewards[end] = rewardOf(said[turn]!.content, turn);
    }
  }
  return { data: rewards, prompt_token_ids: ids };
}

/** The reply in its envelope, as vLLM 0.8 to 0.32 send it. */
export function pooled(data: object): SmallAnswer {
  return {
    body: {
      ...{ id: 'pool-0b6a5c5f', object: 'list', created: 1_745_000_000, model: 'critic' },
      data: [{ index: 0, object: 'pooling', ...data }],
      usage: { prompt_tokens: 12, total_tokens: 12, completion_tokens: 0, prompt_tokens_details: null },
    },
  };
}

/** What `/classify` answers, as vLLM sends it. */
export function classified(probs: unknown): SmallAnswer {
  return {
    body: {
      ...{ id: 'classify-9bf17f2847b046c7', object: 'list', created: 1_745_000_000, model: 'critic' },
      data: [{ index: 0, label: 'LABEL_0', probs, num_classes: Array.isArray(probs) ? probs.length : 1 }],
      usage: { prompt_tokens: 12, total_tokens: 12, completion_tokens: 0, prompt_tokens_details: null },
    },
  };
}
