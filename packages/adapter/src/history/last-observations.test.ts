import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../conversation.js';
import { countLines } from './count-lines.js';
import { firstMalformedOnly } from './first-malformed.js';
import { type LastObservationsOptions, lastObservations } from './last-observations.js';

const call = (id: string): Message => ({ role: 'assistant', text: '', toolCalls: [{ id, tool: 'bash', input: 'x' }] });
const reply = (id: string, text: string): Message => ({ role: 'tool', callId: id, tool: 'bash', text });

/** A conversation of `count` observations, the issue being the first. */
function conversation(count: number, text = 'one\ntwo\n'): Message[] {
  const turns = Array.from({ length: count - 1 }, (_, index) => [call(`${index}`), reply(`${index}`, text)]);
  return [{ role: 'system', text: 'System.' }, { role: 'user', text: 'Issue.' }, ...turns.flat()];
}

/** Which observations are left out, the issue being number 1. */
function omitted(count: number, options: LastObservationsOptions): number[] {
  const before = conversation(count);
  const after = lastObservations(options)(before);
  expect(after).toHaveLength(before.length);
  const observations = after.filter(({ role }) => role === 'user' || role === 'tool');
  expect(after.filter(({ role }) => role === 'assistant')).toEqual(before.filter(({ role }) => role === 'assistant'));
  return observations.flatMap(({ text }, index) => (/omitted/.test(text) ? index + 1 : []));
}

test.each([
  [1, []],
  [6, []],
  [7, [2]],
  [8, [2, 3]],
  [12, [2, 3, 4, 5, 6, 7]],
])('of %i observations the first and the last five stay', (count, expected) => {
  expect(omitted(count, { style: 'v0' })).toEqual(expected);
  expect(omitted(count, {})).toEqual(expected);
});

test.each([
  [4, []],
  [9, []],
  [10, [2, 3, 4, 5]],
  [12, [2, 3, 4, 5]],
  [14, [2, 3, 4, 5]],
  [15, [2, 3, 4, 5, 6, 7, 8, 9, 10]],
])('of %i observations with polling by five, those up to a multiple of five are left out', (count, expected) => {
  expect(omitted(count, { polling: 5 })).toEqual(expected);
});

test('what is left out is told by its lines, in the words of either version', () => {
  const said = (style: 'v0' | 'v1') => lastObservations({ keep: 1, style })(conversation(3))[3]!;
  expect(said('v0')).toEqual(reply('0', 'Old output omitted (2 lines)'));
  expect(said('v1')).toEqual(reply('0', 'Old environment output: (2 lines omitted)'));
});

test('lines are counted as Python counts them', () => {
  const vectors: [string, number][] = [
    ['', 0],
    ['\n', 1],
    ['a', 1],
    ['a\n', 1],
    ['a\r\nb', 2],
    ['a\rb\n\nc', 4],
    ['a\vb\fc\x1cd\x1de\x1ef\x85g\u2028h\u2029', 8],
    ['a\n\r', 2],
  ];
  for (const [text, lines] of vectors) expect(countLines(text), JSON.stringify(text)).toBe(lines);
});

test('between keep and keep + polling - 1 observations stay beside the issue, once there are as many', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 8 }),
      (count, keep, polling) => {
        const left = omitted(count, { keep, polling }).length;
        const stay = count - 1 - left;
        expect(stay).toBeGreaterThanOrEqual(Math.min(count - 1, keep));
        if (left > 0) expect(stay).toBeLessThanOrEqual(keep + polling - 1);
      },
    ),
  );
});

test('refuses numbers that are none', () => {
  for (const options of [{ keep: 0 }, { keep: 1.5 }, { polling: 0 }, { polling: Number.NaN }])
    expect(() => lastObservations(options)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
});

const talk = (text: string): Message => ({ role: 'assistant', text, toolCalls: [] });
const again = (text: string): Message => ({ role: 'user', text });
const OPENING: readonly Message[] = [{ role: 'user', text: 'Issue.' }];

test('of a run of malformed turns the first stays once a call has come', () => {
  const run = [talk('a'), again('A'), talk('b'), again('B'), talk('c'), again('C')];
  const rest = [call('1'), reply('1', 'ok')];
  expect(firstMalformedOnly()([...OPENING, ...run])).toEqual([...OPENING, ...run]);
  expect(firstMalformedOnly()([...OPENING, ...run, ...rest])).toEqual([...OPENING, talk('a'), again('A'), ...rest]);
  expect(firstMalformedOnly()([...OPENING, ...rest, ...run, ...rest, ...run])).toEqual([
    ...OPENING,
    ...rest,
    talk('a'),
    again('A'),
    ...rest,
    ...run,
  ]);
  expect(firstMalformedOnly()([...OPENING, talk('a'), again('A'), ...rest])).toHaveLength(5);
});

test('a message that asks again is an observation as well', () => {
  const messages = [...OPENING, talk('a'), again('A'), call('1'), reply('1', 'ok')];
  expect(lastObservations({ keep: 1 })(messages)[2]!.text).toBe('Old environment output: (1 lines omitted)');
});
