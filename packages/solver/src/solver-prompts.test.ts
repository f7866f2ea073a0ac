import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUG, CART, MONEY, patchOf, sampleTask } from '../test-support/sample-project.js';
import { createHigherOrderTask } from './higher-order-task.js';
import { readSolverPrompts, renderSolverPrompt, type SolverPrompts } from './solver-prompts.js';
import type { TaskView } from './solver-task.js';

const VALUES = { repository: '/work', specificationFile: '/beside/it.diff', maxTurns: 17, timeoutMinutes: 2.5 };

let first: TaskView;
let second: TaskView;
const directory = mkdtempSync(join(tmpdir(), 'solver-prompts-'));
beforeAll(async () => {
  const task = await sampleTask();
  first = task.view;
  const failed = await patchOf(task, [['shop/money.py', MONEY.replace(BUG.good, '[share + 7] * rest')]]);
  const made = await createHigherOrderTask(task, failed, { sourceAttempt: 'attempt-5' });
  if (made.status !== 'created') throw new Error(made.reason);
  second = made.task.view;
});
afterAll(() => rmSync(directory, { recursive: true }));

function textFor(view: TaskView, prompts: SolverPrompts = readSolverPrompts()): string {
  const messages = renderSolverPrompt(view, prompts, VALUES);
  expect(messages.map(({ role }) => role)).toEqual(['user']);
  return messages[0]!.text;
}

function withSpecification(text: string): TaskView {
  return { ...first, specificationText: Buffer.from(text) };
}

describe('the prompt', () => {
  test('holds the specification in a fence, where it lies, and what there is to work with', () => {
    const text = textFor(first);
    expect(text).toContain(`\n\`\`\`diff\n${Buffer.from(first.specificationText).toString()}\`\`\`\n`);
    for (const value of ['/work', '/beside/it.diff', '17 turns ', '2.5 minutes']) expect(text).toContain(value);
    expect(text).not.toMatch(/\{\{|\}\}/);
  });

  test.each([
    ['order 1', () => first],
    ['order 2', () => second],
  ])('of %s tells nothing of the original but what the specification says', (_, view) => {
    const specification = Buffer.from(view().specificationText).toString();
    const rest = textFor(view()).replace(specification, '');
    expect(rest.length).toBe(textFor(view()).length - specification.length);
    const lines = `${MONEY}${CART}`.split('\n').filter((line) => line.trim().length > 8);
    expect(lines.filter((line) => textFor(view()).includes(line.trim()))).toEqual([]);
    for (const secret of [BUG.path, 'split_evenly', 'share', view().id, 'attempt-5'])
      expect(rest).not.toContain(secret);
    expect(textFor(view())).not.toMatch(/^index |[0-9a-f]{7,}/m);
  });

  test('of order 2 says that somebody tried before, and that of order 1 does not', () => {
    expect(textFor(second)).toMatch(/tried to mend it before/);
    expect(textFor(first)).not.toMatch(/tried|mend it before|attempt/i);
  });

  test('says the same of both orders but for that', () => {
    const lines = (view: TaskView) => new Set(textFor(view).split('\n'));
    const [one, two] = [lines(first), lines(second)];
    expect([...one].filter((line) => !two.has(line)).length).toBeLessThanOrEqual(4);
  });

  test.each([
    ['no backticks', '+a\n', '```'],
    ['a fence', '+```python\n+```\n', '````'],
    ['a long fence', ' ``````\n+`\n', '```````'],
    ['a line without an end', '+a', '```'],
  ])('keeps a specification with %s inside its fence', (_, specification, fence) => {
    const text = textFor(withSpecification(specification));
    expect(text).toContain(`\n\n${fence}diff\n${specification.trimEnd()}\n${fence}\n\n`);
  });

  test('takes placeholders in a specification for text', () => {
    expect(textFor(withSpecification('+{{maxTurns}} {{nothing}}\n'))).toContain('+{{maxTurns}} {{nothing}}\n');
  });
});

describe('prompts of one’s own', () => {
  test('stand in for ours, one by one', () => {
    writeFileSync(join(directory, 'solve.md'), 'Do it in {{maxTurns}}:\n\n{{specification}}\n');
    const prompts = readSolverPrompts(directory);
    expect(textFor(withSpecification('+a\n'), prompts)).toBe('Do it in 17:\n\n```diff\n+a\n```');
    expect(textFor(second, prompts)).toBe(textFor(second));
  });

  test.each([
    ['solve-order-3.md', 'x {{specification}}', { name: 'SolverError', code: 'invalid-options' }],
    ['solve.md', 'no specification', { name: 'PromptError', code: 'missing-placeholder' }],
    ['solve.md', '{{specification}} {{original}}', { name: 'PromptError', code: 'unknown-placeholder' }],
  ])('are refused: %s with %j', (file, text, expected) => {
    const own = mkdtempSync(join(directory, 'own-'));
    writeFileSync(join(own, file), text);
    expect(() => readSolverPrompts(own)).toThrow(expect.objectContaining(expected));
  });

  test('are refused where there is no directory', () => {
    const missing = join(directory, 'missing');
    expect(() => readSolverPrompts(missing)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });
});
