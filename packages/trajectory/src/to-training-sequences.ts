import { holdsAt, promptIdsOf } from './token-prefix.js';
import { TrajectoryError } from './trajectory-error.js';
import type { TrajectoryRecord, TurnRecord } from './trajectory-record.js';
import { versionsOf } from './versions-of.js';

/** Ids that a trainer reads in one pass: the prompt of a turn, its completion, what came next, and so on. */
export interface TrainingSequence {
  readonly token_ids: readonly number[];
  /** One for each id: 1 where the policy sampled it and learns from it, 0 in context. */
  readonly loss_mask: readonly (0 | 1)[];
  /** One for each id: natural logarithms where the mask is 1, 0.0 elsewhere. Null: a turn recorded none. */
  readonly logprobs: readonly number[] | null;
  /** Ids of the first turn's prompt. */
  readonly prompt_length: number;
  /** Versions of the weights that sampled it, each once, in order; those that are not known are left out. */
  readonly weight_versions: readonly string[];
  readonly turn_indices: readonly number[];
}

export interface TrainingSequenceOptions {
  /** Whether turns whose reply held no readable call are context only, as in Nebius RFT. Default false. */
  readonly maskFormatErrors?: boolean | undefined;
}

/**
 * The turns as sequences to train on, of exactly the ids that were sampled; nothing is tokenised again. A turn is added
 * to the sequence of the turn before where its prompt begins exactly with that turn's prompt and completion; otherwise
 * it begins a sequence of its own, with its prompt as context. So each sampled id is trained on once. Replies that were
 * cut off stay in. Takes room in proportion to the ids of the result. Throws TrajectoryError `no-tokens` where a turn
 * has no ids.
 */
export function toTrainingSequences(
  { turns }: Pick<TrajectoryRecord, 'turns'>,
  options: TrainingSequenceOptions = {},
): TrainingSequence[] {
  const sequences: SequenceInProgress[] = [];
  for (const [place, turn] of turns.entries()) {
    const { prompt_token_ids: own, completion_token_ids: completion } = turn;
    if (!own || !completion) throw new TrajectoryError('no-tokens', `Turn ${place} has no token ids.`);
    const current = sequences.at(-1);
    const follows = current !== undefined && turn.extends_turn === place - 1;
    const prompt = follows ? own : promptIdsOf(turns, place)!;
    const goesOn = follows || (current !== undefined && holdsAt(prompt, 0, current.token_ids));
    const sequence = goesOn ? current! : startSequence(prompt.length);
    if (!goesOn) sequences.push(sequence);
    addContext(sequence, prompt, follows ? 0 : sequence.token_ids.length);
    addCompletion(sequence, turn, completion, options.maskFormatErrors === true && turn.format_error !== undefined);
  }
  return sequences.map(({ versions, ...sequence }) => ({ ...sequence, weight_versions: [...versions] }));
}

interface SequenceInProgress {
  readonly token_ids: number[];
  readonly loss_mask: (0 | 1)[];
  logprobs: number[] | null;
  readonly prompt_length: number;
  readonly versions: Set<string>;
  readonly turn_indices: number[];
}

function startSequence(promptLength: number): SequenceInProgress {
  return {
    token_ids: [],
    loss_mask: [],
    logprobs: [],
    prompt_length: promptLength,
    versions: new Set(),
    turn_indices: [],
  };
}

function addContext(sequence: SequenceInProgress, ids: readonly number[], start: number): void {
  for (let place = start; place < ids.length; place += 1) {
    sequence.token_ids.push(ids[place]!);
    sequence.loss_mask.push(0);
    sequence.logprobs?.push(0);
  }
}

function addCompletion(
  sequence: SequenceInProgress,
  turn: TurnRecord,
  completion: readonly number[],
  isMasked: boolean,
): void {
  const { completion_logprobs: logprobs, loss_mask } = turn;
  if (!logprobs && completion.length > 0) sequence.logprobs = null;
  for (const [place, id] of completion.entries()) {
    const mask = isMasked ? 0 : loss_mask ? (loss_mask[place] ?? 0) : 1;
    sequence.token_ids.push(id);
    sequence.loss_mask.push(mask);
    sequence.logprobs?.push(mask === 1 ? (logprobs?.[place] ?? Number.NaN) : 0);
  }
  for (const version of versionsOf(turn)) if (version !== null) sequence.versions.add(version);
  sequence.turn_indices.push(turn.index);
}
