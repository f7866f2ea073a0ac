import type { Finding, FindingName } from './finding.js';
import type { FullTurn } from './full-turn.js';
import type { TurnRecord } from './trajectory-record.js';

/**
 * What is wrong with the ids, log-probabilities and mask of a turn that is meant for training. A turn that was cut off
 * at its limit is only warned of: its ids are what was sampled, its end is not one that the policy chose.
 */
export function validateTurn(turn: FullTurn): Finding[] {
  const prompt = turn.prompt_token_ids ?? [];
  const completion = turn.completion_token_ids ?? [];
  const findings: Finding[] = [];
  const add = (level: Finding['level'], name: FindingName, message: string) =>
    findings.push({ level, name, message: `Turn ${turn.index}: ${message}`, turn: turn.index });

  if (prompt.length === 0) add('FATAL', 'no_prompt_ids', 'no prompt ids.');
  if (completion.length === 0) add('WARN', 'no_sampled_ids', 'no completion ids.');
  const wrongId = prompt.find(isNoTokenId) ?? completion.find(isNoTokenId);
  if (wrongId !== undefined) add('FATAL', 'invalid_token_id', `${wrongId} is no token id.`);
  if (turn.finish_reason === 'length') add('WARN', 'truncated_turn', 'the reply was cut off at its limit.');

  const logprobs = turn.completion_logprobs;
  if (!logprobs && completion.length > 0) add('FATAL', 'no_logprobs', 'ids were sampled without log-probabilities.');
  if (logprobs && logprobs.length !== completion.length) {
    add('FATAL', 'logprob_misalign', `${logprobs.length} log-probabilities for ${completion.length} ids.`);
  }
  const wrongLogprob = logprobs?.find((logprob) => !Number.isFinite(logprob));
  if (wrongLogprob !== undefined) add('FATAL', 'invalid_logprob', `${wrongLogprob} is no log-probability.`);
  const positive = logprobs?.find((logprob) => logprob > 0);
  if (positive !== undefined) add('FATAL', 'positive_logprob', `the logarithm of a probability is not ${positive}.`);

  const mask = turn.loss_mask ?? [];
  const idCount = turn.completion_token_ids ? prompt.length + completion.length : 0;
  if (mask.length !== idCount) add('FATAL', 'length_mismatch', `a mask of ${mask.length} for ${idCount} ids.`);
  const wrongMask = mask.find((value) => value !== 0 && value !== 1);
  if (wrongMask !== undefined) add('FATAL', 'invalid_loss_mask', `the mask holds ${wrongMask}.`);
  if (mask.slice(0, prompt.length).some((value) => value === 1)) {
    add('FATAL', 'trainable_prompt', 'the mask trains on the prompt.');
  }
  return findings;
}

/** The same of a turn as it is stored. Ids that an earlier turn holds are found wrong there and not again. */
export function validateStoredTurn(stored: TurnRecord): Finding[] {
  const { messages_delta: messages, extends_turn, loss_mask, ...turn } = stored;
  const { prompt_token_ids: own, completion_token_ids: completion } = turn;
  const findings = validateTurn({
    ...turn,
    messages,
    loss_mask: completion && [...(own ?? []).map(() => 0 as const), ...(loss_mask ?? completion.map(() => 1 as const))],
  });
  const goesOn = extends_turn !== null && own !== null;
  return goesOn ? findings.filter(({ name }) => name !== 'no_prompt_ids') : findings;
}

/** The lighter check where ids or log-probabilities are not expected: whether anything was said that can be acted on. */
export function validateEvalTurn(turn: Pick<FullTurn, 'index' | 'response' | 'finish_reason'>): Finding[] {
  const { index, response, finish_reason } = turn;
  const findings: Finding[] = [];
  const add = (level: Finding['level'], name: FindingName, message: string) =>
    findings.push({ level, name, message: `Turn ${index}: ${message}`, turn: index });
  if (!response.content?.trim() && !response.tool_calls?.length) {
    add('WARN', 'empty_completion', 'no text and no tool call.');
  }
  if (finish_reason === 'length') add('INFO', 'truncated_turn', 'the reply was cut off at its limit.');
  return findings;
}

function isNoTokenId(id: number): boolean {
  return !Number.isSafeInteger(id) || id < 0;
}
