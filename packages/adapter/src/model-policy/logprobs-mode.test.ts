import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recorded } from '../../test-support/small-server.js';
import type { ChatCompletion } from './chat-completion.js';
import { compareLogprobs } from './logprobs-mode.js';
import { parseCompletion } from './parse-completion.js';

function read(name: string): ChatCompletion {
  return parseCompletion(recorded(name).body)!;
}

/** The answer of a model with these logits, of which it sampled one, with the two likeliest beside it. */
function answer(logits: readonly number[], temperature: number, sampled: number): ChatCompletion {
  const scaled = logits.map((logit) => logit / temperature);
  const most = Math.max(...scaled);
  const total = most + Math.log(scaled.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
  const tokens = scaled.map((logit, index) => ({ token: `t${index}`, logprob: logit - total }));
  const top = [...tokens].sort((left, right) => right.logprob - left.logprob).slice(0, 2);
  const content = [{ ...tokens[sampled]!, top_logprobs: top }];
  return { choices: [{ message: { content: 'x' }, logprobs: { content } }] };
}

test('tells real servers apart', () => {
  expect(compareLogprobs(read('vllm/probe-processed-t1'), read('vllm/probe-processed-t2'))).toBe('processed');
  expect(compareLogprobs(read('vllm/probe-raw-t1'), read('vllm/probe-raw-t2'))).toBe('raw');
  expect(compareLogprobs(read('sglang/probe-t1'), read('sglang/probe-t2'))).toBe('processed');
});

const aModel = fc
  .tuple(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 20, maxLength: 20 }), fc.nat(19), fc.nat(19))
  .map(([tenths, ...sampled]) => ({ logits: tenths.map((tenth) => tenth / 10), sampled }));

test('tells any model with a favourite', () => {
  fc.assert(
    fc.property(aModel, ({ logits, sampled: [first, second] }) => {
      const [most, next] = [...logits].sort((left, right) => right - left);
      fc.pre(most! - next! >= 1);
      const cool = answer(logits, 1, first);
      expect(compareLogprobs(cool, answer(logits, 2, second))).toBe('processed');
      expect(compareLogprobs(cool, answer(logits, 1, second))).toBe('raw');
    }),
  );
});

test('never takes raw for processed, which would train on them', () => {
  fc.assert(
    fc.property(
      aModel,
      fc.array(fc.double({ min: -0.06, max: 0.06, noNaN: true }), { minLength: 20, maxLength: 20 }),
      ({ logits, sampled: [first, second] }, noise) => {
        const noisy = logits.map((logit, index) => logit + noise[index]!);
        expect(compareLogprobs(answer(logits, 1, first), answer(noisy, 1, second))).not.toBe('processed');
      },
    ),
  );
});

test('says nothing where all is equally likely, or nothing is told', () => {
  const flat = Array.from({ length: 200 }, () => 0);
  expect(compareLogprobs(answer(flat, 1, 0), answer(flat, 2, 0))).toBeNull();
  const silent: ChatCompletion = { choices: [{ message: { content: 'x' } }] };
  expect(compareLogprobs(silent, silent)).toBeNull();
});
