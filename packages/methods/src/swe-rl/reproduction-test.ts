import { createHash } from 'node:crypto';
import type { Snapshot, TestCommand } from '@swe-selfplay/artifact';
import type { TestRun } from '@swe-selfplay/evaluation';
import { isQuickToParse, parsePythonWithin, sourceRootsOf } from '@swe-selfplay/python';
import type { WrittenTest } from '../evidence/evidence.js';
import { lastCodeBlock } from '../roles/last-code-block.js';

/** What a reproduction test says of a state. `unclear`: none of the phrases, or more than one, or it did not end. */
export type ReproductionVerdict = 'reproduced' | 'resolved' | 'other' | 'unclear';

const PHRASES = [
  ['reproduced', 'Issue reproduced'],
  ['resolved', 'Issue resolved'],
  ['other', 'Other issues'],
] as const;

/** The one id that a test reports. */
const REPRODUCTION_ID = 'reproduction';
/** Longer programs are no tests. */
const MAX_PROGRAM_LENGTH = 100_000;
const PARSE_TIMEOUT_MS = 2_000;

const PARSER = `import json, sys
text = sys.stdin.buffer.read().decode("utf-8", "replace")
said = [phrase for phrase in ${JSON.stringify(PHRASES.map(([, phrase]) => phrase))} if phrase in text]
print(json.dumps({${JSON.stringify(REPRODUCTION_ID)}: "passed" if said == ["Issue resolved"] else "failed"}))
`;

/**
 * The program of an answer: what stands between its last fences. Undefined where there is none, or it is too long or no
 * Python, so that nothing has to be run.
 */
export function programIn(answer: string): string | undefined {
  const program = lastCodeBlock(answer);
  if (program === undefined) return undefined;
  const isUsable = program.trim() !== '' && program.length <= MAX_PROGRAM_LENGTH && parses(program);
  return isUsable ? program : undefined;
}

function parses(program: string): boolean {
  return isQuickToParse(program) && parsePythonWithin(program, PARSE_TIMEOUT_MS)?.hasSyntaxError === false;
}

/** A program as a test that passes where it prints `Issue resolved` and none of the other phrases. */
export function reproductionTest(snapshot: Snapshot, program: string, writer: string): WrittenTest {
  const content = Buffer.from(program);
  const id = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const path = `reproduce_${id}.py`;
  return {
    id: `reproduce_${id}`,
    files: new Map([[path, content]]),
    command: commandFor(snapshot, path),
    writer,
    testIds: [REPRODUCTION_ID],
  };
}

function commandFor(snapshot: Snapshot, path: string): TestCommand {
  const roots = sourceRootsOf(snapshot).map((root) => `"$PWD/${root}"`);
  const script = `export PYTHONPATH=${roots.join(':')} PYTHONDONTWRITEBYTECODE=1\npython3 ${path} </dev/null 2>&1\n`;
  return { script: Buffer.from(script), parser: Buffer.from(PARSER) };
}

/** What the output of a run says. */
export function verdictOf({ script }: Pick<TestRun, 'script'>): ReproductionVerdict {
  if (script.ending !== 'exited') return 'unclear';
  const output = Buffer.from(script.output);
  const said = PHRASES.filter(([, phrase]) => output.includes(phrase));
  return said.length === 1 ? said[0]![0] : 'unclear';
}
