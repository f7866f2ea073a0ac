import { describe, expect, test } from 'vitest';
import { TOOL_CALL_FORMATS, type ToolCallFormat, type ToolDescription } from '../../packages/adapter/src/index.js';
import { attempts, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './effort.js';
import { createDice, mutateBytes } from './mutate.mjs';

const TOOLS: readonly ToolDescription[] = [
  { name: 'bash', description: 'Runs a command.', inputSchema: { type: 'object' }, textInput: 'the command' },
  {
    name: 'edit',
    description: 'Edits a file.',
    inputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        lines: { type: 'array' },
        count: { type: 'integer' },
        all: { type: 'boolean' },
      },
    },
  },
  { name: 'submit', description: 'Hands in.', inputSchema: { type: 'object', properties: {} } },
];

const REPLIES = [
  'I look.\n<tool: bash>\nls -la\n</tool>\n',
  '<tool: edit>\n{"path": "a.py", "lines": [1, 2]}\n</tool>',
  'Run:\n```bash\ncat <<E\n``\nE\n```\n',
  '````edit\n{"path": "a", "count": 3}\n````',
  '<tool_call>\n<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>',
  '<function=edit><parameter=path>a</parameter><parameter=lines>[1]</parameter><parameter=all>true</parameter></function>',
  '<think>\nHm.\n</think>\n\n<function=submit>\n</function>',
  '{"name": "bash", "arguments": {"command": "ls"}}',
  '[TOOL_CALLS]<|python_tag|><invoke name="bash">',
].map((text) => Buffer.from(text));
const ARGUMENTS = [
  '',
  '{}',
  '{"command": "ls"}',
  '{"path": "a", "lines": [[1]]}',
  '[1]',
  'null',
  `${'['.repeat(5000)}`,
].map((text) => Buffer.from(text));

describe.each(Object.entries(TOOL_CALL_FORMATS))('%s', (_, format) => {
  test(
    'mutants of replies are read as calls or told what is wrong, and are said again',
    () => {
      for (const number of attempts(1_500)) {
        const dice = createDice(FUZZ_SEED + 101 * number);
        const text = Buffer.from(mutateBytes(dice, dice.pick(REPLIES), dice.pick(REPLIES))).toString();
        const toolCalls = format.isNative
          ? Array.from({ length: dice.below(4) }, () => ({
              id: dice.pick(['', 'a', 'b', '\ud800']),
              type: 'function' as const,
              function: {
                name: dice.pick(['bash', 'edit', '', '__proto__', 'x'.repeat(500)]),
                arguments: Buffer.from(mutateBytes(dice, dice.pick(ARGUMENTS))).toString(),
              },
            }))
          : [];
        expectSound(format, text, toolCalls, dice.chance(0.2), `mutant ${number}`);
      }
    },
    FUZZ_TIMEOUT_MS,
  );

  test.each([
    '<tool: bash>\n',
    '</tool>',
    '\n</tool>',
    '```bash\n',
    '```bash\nx\n```\n',
    '`',
    '   ```\n````\n',
    '<function=bash>',
    '<parameter=x>',
    '</parameter>',
    '<function=bash><parameter=command>',
    '<',
    ' ',
    '\n',
    '\t\n',
    '<tool_call>',
    '<think>',
    '\ud800',
  ])('a megabyte of %j is answered in time, and in short', (unit) => {
    const text = unit.repeat(2 ** 20 / unit.length);
    const startedAt = performance.now();
    expectSound(format, text, [], false, unit);
    expectSound(format, `<function=bash>\n<tool: bash>\n\`\`\`bash\n${text}`, [], true, unit);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });
});

function expectSound(
  format: ToolCallFormat,
  text: string,
  toolCalls: Parameters<ToolCallFormat['parse']>[0]['toolCalls'],
  isTruncated: boolean,
  what: string,
): void {
  const parsed = format.parse({ text, toolCalls, isTruncated }, TOOLS);
  expect(parsed.malformed === undefined, what).toBe(parsed.toolCalls.length > 0);
  expect(parsed.malformed?.text.length ?? 0, what).toBeLessThan(10_000);
  const ids = parsed.toolCalls.map(({ id }) => id);
  expect(new Set(ids).size, what).toBe(ids.length);
  const said = format.renderMessage({ role: 'assistant', text: parsed.text, toolCalls: parsed.toolCalls });
  expect(said.role).toBe('assistant');
  expect(JSON.parse(JSON.stringify(said))).toEqual(said);
}
