import { execFileSync } from 'node:child_process';
import { parseReport } from '@swe-selfplay/artifact';
import { expect, test } from 'vitest';
import { attempts, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './effort.js';
import { createDice, mutateBytes } from './mutate.mjs';

const REPORTS = [
  '{}',
  '{"a": "passed"}',
  '{"tests/test_a.py::test_b[1-x]": "passed", "tests/test_a.py::test_c": "failed"}',
  ' \n{\t"a\\u00e9" : "passed",\r\n "\\ud83d\\ude00": "failed", "\u00fc": "passed" }\n\n',
  JSON.stringify(
    Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`t${at}`, at % 3 ? 'passed' : 'failed'])),
    null,
    1,
  ),
  '{"a": "passed", "a": "failed"}',
  '{"a": "passed", "\\u0061": "passed"}',
  '{"__proto__": "passed", "constructor": "failed", "1": "passed", "0": "failed"}',
  '{"a": NaN, "b": {"c": ["passed"]}, "d": null}',
  '{"\\ud800": "passed"}',
].map((text) => Buffer.from(text));

/** The same by Python's json: each report as a list of pairs, or null. One process reads all. */
const PYTHON = `
import json, sys
def pairs(items):
    if len(dict(items)) != len(items): raise ValueError
    return items
def refuse(name): raise ValueError
def read(text):
    try:
        found = json.loads(bytes.fromhex(text).decode("utf-8"), object_pairs_hook=pairs, parse_constant=refuse)
        if not isinstance(found, list) or bytes.fromhex(text).decode().strip(" \\t\\r\\n")[:1] != "{": return None
        for name, status in found:
            name.encode("utf-8")
            if name == "" or status not in ("passed", "failed") or not isinstance(status, str): return None
        return found
    except (ValueError, TypeError, RecursionError):
        return None
json.dump([read(line.strip()) for line in sys.stdin], sys.stdout)
`;

test(
  'reports are read as Python reads them under the same strict rules',
  () => {
    const inputs = [...attempts(4_000)].map((number) => {
      const dice = createDice(FUZZ_SEED * 31 + number);
      return number < REPORTS.length ? REPORTS[number]! : mutateBytes(dice, dice.pick(REPORTS), dice.pick(REPORTS));
    });
    const lines = inputs.map((input) => Buffer.from(input).toString('hex')).join('\n');
    const output = execFileSync('python3', ['-c', PYTHON], { input: `${lines}\n`, maxBuffer: 2 ** 30 });
    const expected = JSON.parse(output.toString()) as ([string, string][] | null)[];
    let parsedCount = 0;
    for (const [index, input] of inputs.entries()) {
      const parse = parseReport(input);
      const ours = parse.status === 'parsed' ? [...parse.report] : null;
      expect(ours, Buffer.from(input).toString('latin1')).toEqual(expected[index]);
      if (parse.status === 'parsed') parsedCount += 1;
      else expect(parse.reason.length).toBeLessThan(2_000);
    }
    expect(parsedCount).toBeGreaterThan(100);
  },
  FUZZ_TIMEOUT_MS,
);
