import fc from 'fast-check';
import type { FullTurn } from '../src/full-turn.js';
import type { ChatMessage } from '../src/trajectory-record.js';
import { aTurn } from './a-trajectory.js';

const ids = fc.array(fc.nat(3), { maxLength: 4 });
const message: fc.Arbitrary<ChatMessage> = fc.record({
  role: fc.constantFrom('user', 'tool', 'assistant'),
  content: fc.constantFrom(null, 'a', 'b'),
});

/** What sets a turn apart: what it goes on from, what it adds, what it answers. */
const step = fc.record({
  /** How many turns back its prompt goes on from; 0: a prompt of its own. */
  back: fc.constantFrom(0, 1, 1, 1, 1, 2, 3),
  promptIds: fc.option(ids, { freq: 12 }),
  completionIds: fc.option(ids, { freq: 12 }),
  goesOnTalking: fc.boolean(),
  messages: fc.array(message, { maxLength: 3 }),
  response: fc.record({ role: fc.constant('assistant'), content: fc.constantFrom(null, 'a', 'b') }),
  masked: fc.boolean(),
});

/** Turns of an episode as they are played, with prompts that mostly repeat what was said, and sometimes go elsewhere. */
export const arbitraryTurns: fc.Arbitrary<FullTurn[]> = fc.array(step, { maxLength: 8 }).map((steps) => {
  const turns: FullTurn[] = [];
  for (const [
    index,
    { back, promptIds, completionIds, goesOnTalking, messages, response, masked },
  ] of steps.entries()) {
    const earlier = turns[index - back];
    const start =
      back > 0 && earlier ? [...(earlier.prompt_token_ids ?? []), ...(earlier.completion_token_ids ?? [])] : [];
    const before = goesOnTalking ? turns[index - 1] : undefined;
    const { messages_delta: _, extends_turn: __, loss_mask: ___, ...turn } = aTurn({ index });
    const prompt = promptIds && [...start, ...promptIds];
    turns.push({
      ...turn,
      messages: [...(before ? [...before.messages, before.response] : []), ...messages],
      response,
      prompt_token_ids: prompt,
      completion_token_ids: completionIds,
      completion_logprobs: completionIds?.map((id) => -id - 1) ?? null,
      loss_mask: completionIds && [
        ...(prompt ?? []).map(() => 0 as const),
        ...completionIds.map((id) => (masked && id === 0 ? (0 as const) : (1 as const))),
      ],
    });
  }
  return turns;
});
