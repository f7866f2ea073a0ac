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

/** Begins the line that tells what the program said. */
const MARK = 'the program said ';

/**
 * Runs a program as a test of unittest, so that the second witness sees how it comes out: code under test that ends the
 * process, or takes the place of what decides, passes nothing. A phrase counts only where a line of the program writes
 * it, since the code under test can print as well. Without single quotes, for the shell.
 */
const DRIVER = `import json, os, runpy, sys, traceback, unittest

PROGRAM = os.path.abspath(sys.argv[1])
PHRASES = ${JSON.stringify(PHRASES.map(([, phrase]) => phrase))}
sys.argv = sys.argv[1:]
sys.path[0] = os.getcwd()

class Listener:
    def __init__(self, stream):
        self.stream = stream
        self.heard = ""

    def write(self, text):
        if sys._getframe(1).f_code.co_filename == PROGRAM:
            self.heard += str(text)
        return self.stream.write(text)

    def __getattr__(self, name):
        return getattr(self.stream, name)

class Reproduction(unittest.TestCase):
    def id(self):
        return "${REPRODUCTION_ID}"

    def runTest(self):
        streams = sys.stdout, sys.stderr
        listeners = [Listener(stream) for stream in streams]
        sys.stdout, sys.stderr = listeners
        try:
            runpy.run_path(PROGRAM, run_name="__main__")
        except SystemExit:
            pass
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout, sys.stderr = streams
        said = [phrase for phrase in PHRASES if any(phrase in listener.heard for listener in listeners)]
        print("\\n${MARK}" + json.dumps(said), flush=True)
        self.assertEqual(said, ["Issue resolved"])

Reproduction().run(unittest.TestResult())
`;

const PARSER = `import json, sys
lines = sys.stdin.buffer.read().decode("utf-8", "replace").split("\\n")
said = [line for line in lines if line.startswith("${MARK}")]
print(json.dumps({"${REPRODUCTION_ID}": "passed" if said == ["${MARK}" + json.dumps(["Issue resolved"])] else "failed"}))
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

/**
 * A program as a test that passes where it prints `Issue resolved` and none of the other phrases. What remains to hostile
 * code under test is to pose as lines of the program, whose name it has to find out while it runs.
 */
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
  const script = `export PYTHONPATH=${roots.join(':')} PYTHONDONTWRITEBYTECODE=1\npython3 -c '${DRIVER}' ${path} </dev/null 2>&1\n`;
  return { script: Buffer.from(script), parser: Buffer.from(PARSER) };
}

/** What a run says. */
export function verdictOf({ script }: Pick<TestRun, 'script'>): ReproductionVerdict {
  if (script.ending !== 'exited') return 'unclear';
  const lines = Buffer.from(script.output).toString('latin1').split('\n');
  const told = lines.filter((line) => line.startsWith(MARK));
  const found = PHRASES.find(([, phrase]) => told[0] === `${MARK}${JSON.stringify([phrase])}`);
  return told.length === 1 && found !== undefined ? found[0] : 'unclear';
}
