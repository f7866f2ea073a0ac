import { hasPassed } from '@swe-selfplay/artifact';
import { reportOf, type TestRun } from '@swe-selfplay/evaluation';
import { type Failure, type Frame, isTestPath, TEST_FRAMEWORKS } from '@swe-selfplay/python';
import { fenced, printableLine, printableText, withoutMachine } from './printable-text.js';

/** What is told of a run, and how much of it. */
export interface DescribeRunOptions {
  /** Every file of the tree that was run. */
  readonly paths: ReadonlySet<string>;
  /** Files with tests, besides those whose name says so: frames in them are not told. */
  readonly testPaths: ReadonlySet<string>;
  /** Lines of test files, trimmed: left out where output is shown as it is. Default: none. */
  readonly hiddenLines?: ReadonlySet<string> | undefined;
  /** Failing ids to tell of; the default is all that the report says failed. */
  readonly failing?: readonly string[] | undefined;
  /** Whether tests are called by their names, where their failures can be read. Default true. */
  readonly namesTests?: boolean | undefined;
  /** Failing tests told of one by one; of the others the number. Default 8. */
  readonly maxTests?: number | undefined;
  /** Frames told of one test, the innermost first. Default 3. */
  readonly maxFrames?: number | undefined;
  /** Characters of one exception with its message. Default 300. */
  readonly maxErrorCharacters?: number | undefined;
  /** Characters of output, shown where failures cannot be read out of it. Default 2000. */
  readonly maxOutputCharacters?: number | undefined;
}

const MAX_ID_CHARACTERS = 200;
const MAX_READ_BYTES = 8 * 1024 ** 2;
const MIN_HIDDEN_LINE = 4;

/**
 * What a run shows of a fault, for somebody to read: of each failing test the exception, its message and the innermost
 * frames outside of test files, and nothing of how the test is written. Where no framework of TEST_FRAMEWORKS can read
 * the output: the failing ids and the end of the output, without lines of the tests. All of it is what hostile code
 * printed: bounded, without control characters and without paths of the machine.
 */
export function describeRun(run: TestRun, options: DescribeRunOptions): string {
  const { namesTests = true, maxTests = 8 } = options;
  const report = reportOf(run);
  const failing = (options.failing ?? [...report.keys()].filter((id) => !hasPassed(report, id))).toSorted();
  const lines = [headline(run, failing.length, report.size)];
  const told = new Map(failuresIn(run).map((failure) => [failure.id, failure]));
  const readable = failing.filter((id) => told.has(id));
  const shown = (readable.length > 0 ? readable : failing).slice(0, maxTests);
  for (const [index, id] of shown.entries()) {
    const name = namesTests ? printableLine(id, MAX_ID_CHARACTERS) : 'A test fails';
    lines.push('', `${index + 1}. ${name}`, ...describeFailure(told.get(id), options));
  }
  if (failing.length > shown.length) lines.push('', `${failing.length - shown.length} more fail.`);
  const isExplained = shown.some((id) => (told.get(id)?.error ?? '') !== '');
  if (!isExplained && (failing.length > 0 || report.size === 0)) lines.push(...endOfOutput(run, options));
  return `${lines.join('\n')}\n`;
}

function headline({ script, parse }: TestRun, failing: number, total: number): string {
  if (script.ending !== 'exited') return `The tests do not come to an end: ${script.ending}.`;
  if (parse?.status !== 'parsed') return 'What the tests print cannot be read.';
  if (failing === 0) return `No test fails; ${total} ran.`;
  return `${failing} of ${Math.max(failing, total)} tests fail${failing === 1 ? 's' : ''}.`;
}

function failuresIn({ script }: TestRun): readonly Failure[] {
  // The block that is read stands at the end.
  const output = Buffer.from(script.output.subarray(-MAX_READ_BYTES)).toString('utf8');
  for (const framework of TEST_FRAMEWORKS) {
    const failures = framework.findFailures(output);
    if (failures.length > 0) return failures;
  }
  return [];
}

function describeFailure(failure: Failure | undefined, options: DescribeRunOptions): string[] {
  if (failure === undefined) return [];
  const { maxFrames = 3, maxErrorCharacters = 300, paths } = options;
  const error = withoutMachine(printableLine(failure.error, maxErrorCharacters), paths);
  const frames = failure.frames.filter((frame) => isTold(frame, options)).slice(-maxFrames);
  return [
    ...(error === '' ? [] : [`   ${error}`]),
    ...frames
      .reverse()
      .map((frame) => `   at ${frame.file}:${frame.line} in ${printableLine(frame.functionName, 100)}`),
  ];
}

/** A frame in a file that is there and holds no tests: what is printed may name anything. */
function isTold({ file }: Frame, { paths, testPaths }: DescribeRunOptions): boolean {
  return paths.has(file) && !testPaths.has(file) && !isTestPath(file);
}

function endOfOutput({ script }: TestRun, options: DescribeRunOptions): string[] {
  const { maxOutputCharacters = 2000, hiddenLines, paths } = options;
  const end = Buffer.from(script.output.subarray(-8 * maxOutputCharacters)).toString('utf8');
  const clean = withoutMachine(printableText(end, end.length), paths);
  const kept = clean.split('\n').filter((line) => !isHidden(line, hiddenLines));
  const text = kept
    .join('\n')
    .trimEnd()
    .slice(-maxOutputCharacters)
    .replace(/^\p{Cs}/u, '');
  return text.trim() === '' ? [] : ['', 'The end of what the tests print:', '', fenced(text)];
}

/** Runners show the line of a test that failed, some with a mark before it, such as `>` or `E`. */
function isHidden(line: string, hiddenLines: ReadonlySet<string> | undefined): boolean {
  const text = line.replace(/^E?[\s>]+/, '').trimEnd();
  return text.length >= MIN_HIDDEN_LINE && hiddenLines?.has(text) === true;
}
