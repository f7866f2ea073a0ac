import { expect, test } from 'vitest';
import { recorded } from '../../test-support/small-server.js';
import { isContextOverflow, shorterReply } from './context-overflow.js';

function textOf(name: string): string {
  return JSON.stringify(recorded(name).body);
}

test.each([
  'vllm/overflow-prompt',
  'vllm/overflow-prompt-no-max-tokens',
  'vllm/overflow-characters',
  'vllm/overflow-max-tokens',
  'vllm/overflow-prompt-fills-context',
  'sglang/overflow-prompt',
  'sglang/overflow-allowed-length',
  'sglang/overflow-prompt-and-max-tokens',
  'sglang/overflow-max-tokens',
])('knows that this is too long: %s', (name) => {
  expect(isContextOverflow(400, textOf(name))).toBe(true);
});

test.each(['vllm/bad-json', 'vllm/bad-temperature', 'vllm/busy', 'sglang/bad-messages'])(
  'knows that this is something else: %s',
  (name) => {
    expect(isContextOverflow(recorded(name).status, textOf(name))).toBe(false);
  },
);

test('a busy server and a wrong key are what they are', () => {
  for (const status of [401, 403, 404, 429]) expect(isContextOverflow(status, 'context length')).toBe(false);
});

const passed = (input: number, output: number) =>
  `You passed ${input} input tokens and requested ${output} output tokens. However, the model's context length is only ` +
  `32768 tokens, resulting in a maximum input length of ${32768 - output} tokens.`;

test.each([
  ['counted by vLLM', 8192, passed(30_000, 8192), 2768],
  // It stops to count one past what fits.
  ['counted as far as it fits', 8192, passed(24_577, 8192), 2048],
  ['with no room left', 8192, passed(32_700, 8192), undefined],
  [
    'in old words',
    4000,
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (1000 in the messages, 4000 in the completion).",
    3096,
  ],
  [
    'in words between',
    5000,
    "'max_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 10 input tokens",
    4086,
  ],
  [
    'counted by SGLang',
    1000,
    "Requested token count exceeds the model's maximum context length of 2048 tokens. You requested a total of 2500 tokens: 1500 tokens from the input messages",
    548,
  ],
  ['of which nothing is counted', 8000, 'context length', 2000],
  ['that was short already', 256, 'context length', undefined],
  ['that was not bounded', undefined, passed(30_000, 8192), undefined],
])('the next reply to try after one %s', (_, requested, text, shorter) => {
  expect(shorterReply(requested, text)).toBe(shorter);
});

test('comes to an end', () => {
  let requested: number | undefined = 1_000_000;
  let tries = 0;
  for (; requested !== undefined; tries += 1) requested = shorterReply(requested, 'context length');
  expect(tries).toBeLessThan(10);
});

test('tries no shorter reply where the prompt alone is too long', () => {
  for (const name of [
    'vllm/overflow-prompt',
    'vllm/overflow-prompt-fills-context',
    'vllm/overflow-characters',
    'sglang/overflow-prompt',
    'sglang/overflow-allowed-length',
  ])
    expect(shorterReply(8000, textOf(name))).toBeUndefined();
});
