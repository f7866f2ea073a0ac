import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPrompt, renderPrompt } from './prompt-template.js';

test('each placeholder becomes its value, however often and wherever it stands', () => {
  expect(renderPrompt('{{a}}-{{ b }}-{{a}}\n', { a: 1, b: 'two', c: 'not used' })).toBe('1-two-1\n');
});

test('values are text, whatever they hold', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(renderPrompt('<{{a}}|{{b}}>', { a: `${a}{{b}}$&`, b })).toBe(`<${a}{{b}}$&|${b}>`);
    }),
  );
});

test('an empty part takes its line with it', () => {
  expect(renderPrompt('a\n\n{{part}}\n\nb {{part}}!\n', { part: '' })).toBe('a\n\nb !\n');
  expect(renderPrompt('a\n\n{{part}}\n\nb\n', { part: 'p' })).toBe('a\n\np\n\nb\n');
});

test.each(['{{ matrix.os }}', '{{}}', '{{a b}}', '{a}', '{{#if a}}'])('%s is text', (text) => {
  expect(renderPrompt(text, {})).toBe(text);
});

test('a placeholder without a value is named, also where its name is one of every object', () => {
  expect(() => renderPrompt('{{a}} {{wrong}}', { a: 1 })).toThrow(/\(a\), got \{\{wrong\}\}/);
  expect(() => renderPrompt('{{constructor}}', {})).toThrow(/\{\{constructor\}\}/);
});

test('a required placeholder that is not used is named', () => {
  const values = { a: 1, b: 2 };
  expect(renderPrompt('{{b}}', values, { required: ['b'] })).toBe('2');
  expect(() => renderPrompt('{{a}}', values, { required: ['a', 'b'] })).toThrow(
    expect.objectContaining({
      name: 'PromptError',
      code: 'missing-placeholder',
      message: expect.stringContaining('b'),
    }),
  );
});

test('prompts are read as they are, from a path or an address; what is no text is refused', () => {
  const directory = mkdtempSync(join(tmpdir(), 'prompt-'));
  try {
    const file = join(directory, 'a.md');
    writeFileSync(file, 'ä {{b}}\r\n');
    expect(readPrompt(file)).toBe('ä {{b}}\r\n');
    expect(readPrompt(pathToFileURL(file))).toBe('ä {{b}}\r\n');
    writeFileSync(file, Uint8Array.of(0xff, 0xfe, 10));
    expect(() => readPrompt(file)).toThrow(expect.objectContaining({ code: 'unreadable' }));
    expect(() => readPrompt(join(directory, 'none.md'))).toThrow(/none\.md/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
