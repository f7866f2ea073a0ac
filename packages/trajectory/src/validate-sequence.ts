import type { Finding, FindingName } from './finding.js';
import type { TrainingSequence } from './to-training-sequences.js';

/** What trainers take for granted of a sequence and do not check. `place`: of the sequence in its trajectory. */
export function validateSequence(sequence: TrainingSequence, place: number): Finding[] {
  const { token_ids, loss_mask, logprobs, prompt_length } = sequence;
  const findings: Finding[] = [];
  const add = (level: Finding['level'], name: FindingName, message: string) =>
    findings.push({ level, name, message: `Sequence ${place}: ${message}`, sequence: place });

  if (loss_mask.length !== token_ids.length || (logprobs && logprobs.length !== token_ids.length)) {
    const lengths = `${token_ids.length} ids, a mask of ${loss_mask.length}, ${logprobs?.length ?? 0} log-probabilities`;
    add('FATAL', 'length_mismatch', `${lengths}.`);
    return findings;
  }
  const count = (fits: (mask: 0 | 1, logprob: number) => boolean) =>
    loss_mask.reduce<number>((sum, mask, index) => sum + (fits(mask, logprobs?.[index] ?? 0) ? 1 : 0), 0);
  const trainable = count((mask) => mask === 1);
  if (prompt_length >= token_ids.length) add('FATAL', 'empty_response', 'nothing follows the prompt.');
  if (trainable === 0) add('FATAL', 'nothing_trainable', 'the mask leaves nothing to learn from.');
  const scoredContext = count((mask, logprob) => mask === 0 && logprob !== 0);
  if (scoredContext > 0) add('FATAL', 'masked_has_logprob', `${scoredContext} ids of context have a log-probability.`);
  const positive = count((_, logprob) => logprob > 0);
  if (positive > 0) add('FATAL', 'positive_logprob', `${positive} log-probabilities are positive.`);
  // Usual where a grammar leaves no choice; a rate that jumps points to log-probabilities that were not recorded.
  const certain = logprobs ? count((mask, logprob) => mask === 1 && logprob === 0) : 0;
  if (certain > 0) add('INFO', 'certain_tokens', `${certain} of ${trainable} sampled ids have probability 1.`);
  return findings;
}
