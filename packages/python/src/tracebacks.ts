import type { Frame } from './test-framework.js';

const PYTHON_FRAME = /^\s*File "([^"]+)", line (\d+), in (\S+)/;
const PYTEST_FRAME = /^([^\s:][^:]*\.py):(\d+): (?:in (\S+)|\w+(?:Error|Exception)?\b)/;

/**
 * The frames that tracebacks in an output name, of Python's own and of pytest's format, in the order of the output.
 * `paths` are the files of the repository; frames elsewhere are left out, absolute paths are matched by their end.
 */
export function findFrames(output: string, paths: Iterable<string>): Frame[] {
  const known = new Set(paths);
  return output.split('\n').flatMap((line) => {
    const match = PYTHON_FRAME.exec(line) ?? PYTEST_FRAME.exec(line);
    const file = match ? knownPath(match[1]!, known) : undefined;
    return match && file !== undefined ? [{ file, line: Number(match[2]), functionName: match[3] ?? '' }] : [];
  });
}

function knownPath(path: string, known: ReadonlySet<string>): string | undefined {
  const parts = path.split(/[/\\]/);
  for (let first = 0; first < parts.length; first += 1) {
    const candidate = parts.slice(first).join('/');
    if (known.has(candidate)) return candidate;
  }
  return undefined;
}
