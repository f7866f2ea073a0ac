import { expect, test } from 'vitest';
import { runEach } from '../support/command-line.js';
import { attempts, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './effort.js';
import { createDice } from './mutate.mjs';

const COMMANDS = [
  'validate',
  'evaluate',
  'inject',
  'solve',
  'play',
  'export',
  'audit',
  '',
  '--',
  '-h',
  '--help',
  '--version',
  'help',
  '__proto__',
];
/** None of them names anything that is there, so that nothing is ever run or written. */
const PATHS = [
  '/nowhere/at/all',
  '/dev/null/below',
  'x\ny',
  '\u202e',
  '-',
  '--',
  '',
  '/nowhere/'.repeat(300),
  '\u001b[2J',
];
const OPTIONS = [
  '--rev',
  '--all',
  '--json',
  '--sandbox',
  '--jobs',
  '--repeats',
  '--timeout',
  '--min-passing-tests',
  '--max-flaky-share',
  '--seed',
  '--count',
  '--rounds',
  '--alpha',
  '--group',
  '--strategy',
  '--format',
  '--toString',
  '--constructor',
  '--no-json',
  '-x',
  '---',
  '--repo=',
  '--jobs=',
  '--seed=1',
  '--json=1',
];
const VALUES = [
  '0',
  '-1',
  '1',
  '1.5',
  '1e999',
  'NaN',
  '0x10',
  '9007199254740993',
  'namespaces',
  'process',
  'mutation',
  '\u0661',
  ' 1 ',
  '',
  '../..',
  '*',
  '$(id)',
  '%s%n',
  '\ud800',
];

function commandLine(number: number): string[] {
  const dice = createDice(FUZZ_SEED + 7 * number);
  const args = [dice.pick(COMMANDS)];
  if (dice.chance(0.8)) args.push(dice.pick(PATHS));
  if (dice.chance(0.8)) args.push('--repo', dice.pick(PATHS));
  if (dice.chance(0.5)) args.push('--out', '/dev/null/below');
  for (let left = dice.below(5); left > 0; left -= 1)
    args.push(dice.pick(OPTIONS), ...(dice.chance(0.6) ? [dice.pick(VALUES)] : []));
  if (dice.chance(0.2)) args.reverse();
  return args;
}

test(
  'command lines of all sorts say how they are wrong and end',
  async () => {
    const lines = [...attempts(150)].map(commandLine);
    const outcomes = await runEach(lines.map((args) => ({ args })));
    for (const [index, { exitCode, stdout, stderr }] of outcomes.entries()) {
      const what = JSON.stringify(lines[index]).slice(0, 500);
      expect([0, 2], `${what}: ${stderr}`).toContain(exitCode);
      if (exitCode === 0) expect(stdout, what).toMatch(/Usage: |^\d+\.\d+\.\d+/);
      else expect(stderr, what).toMatch(/\S/);
      expect(stderr, what).not.toMatch(/\n\s+at |(Type|Range|Syntax|Reference)Error|\[object |ZodError/);
      expect(stderr.length, what).toBeLessThan(30_000);
    }
    expect(outcomes).toHaveLength(lines.length);
  },
  FUZZ_TIMEOUT_MS,
);
