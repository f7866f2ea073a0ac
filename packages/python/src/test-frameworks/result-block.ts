import type { Failure, Frame } from '../test-framework.js';

/*
 * Scripts made here end their output with one block: a line that says how many tests there are, then a line of JSON
 * for each. What the tests print meanwhile, or how a runner words its results, does not matter then.
 */

const HEADING = /^=== results of (\d+) tests ===\r?$/;

/** Python text that records what tests do and prints the block; the programs of the frameworks start with it. */
export const RECORDER_PROGRAM = `\
import json
import os
import sys

ROOT = os.path.realpath(os.getcwd())
results = {}


def relative(path):
    """The path below the root of the repository with forward slashes, or None outside of it."""
    path = os.path.realpath(path)
    if not path.startswith(ROOT + os.sep):
        return None
    return os.path.relpath(path, ROOT).replace(os.sep, "/")


def frames_of(traceback):
    """File, line and function of each frame inside the repository, outermost first."""
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = relative(code.co_filename)
        if file is not None:
            frames.append([file, traceback.tb_lineno, code.co_name])
        traceback = traceback.tb_next
    return frames if len(frames) <= 60 else frames[:30] + frames[-30:]


def record(test, status, place=None, error=None):
    """Keep what a test did; a test that failed once has failed, and its first failure is told."""
    if results.get(test, {}).get("status") == "failed":
        return
    results[test] = {"id": test, "status": status}
    if status == "failed":
        results[test].update(test=place, error="", frames=[])
    if error is not None:
        message = str(error).splitlines()
        results[test]["error"] = (type(error).__name__ + ": " + (message[0] if message else ""))[:300]
        results[test]["frames"] = frames_of(error.__traceback__)


def finish():
    """Print the block in one piece and end at once: nothing that lingers may print behind it or hang."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except Exception:
            pass
    lines = ["", "=== results of %d tests ===" % len(results)] + [json.dumps(result) for result in results.values()]
    block = ("\\n".join(lines) + "\\n").encode("ascii")
    while block:
        block = block[os.write(1, block):]
    os._exit(0)
`;

/** A `test_parser.py` that reads the block. */
export const BLOCK_PARSER = `\
"""Reads the output of test_script.sh on stdin and prints one JSON object: test id -> "passed" or "failed"."""
import json
import re
import sys

HEADING = re.compile(r"=== results of (\\d+) tests ===")


def parse(output):
    lines = [line.rstrip("\\r") for line in output.split("\\n")]
    headings = [number for number, line in enumerate(lines) if HEADING.fullmatch(line)]
    if not headings:
        return {}
    # The last heading counts: anything that looks like one before was printed by a test.
    start = headings[-1]
    count = int(HEADING.fullmatch(lines[start]).group(1))
    statuses = {}
    for line in lines[start + 1:start + 1 + count]:
        try:
            result = json.loads(line)
        except ValueError:
            continue
        if not isinstance(result, dict):
            continue
        test, status = result.get("id"), result.get("status")
        if not isinstance(test, str) or status not in ("passed", "failed"):
            continue
        if statuses.get(test) != "failed":
            statuses[test] = status
    return statuses


if __name__ == "__main__":
    json.dump(parse(sys.stdin.buffer.read().decode("utf-8", "replace")), sys.stdout, indent=1)
`;

/** The failures of the last block of an output; none where there is no block. */
export function readFailures(output: string): Failure[] {
  const lines = output.split('\n');
  const heading = lines.findLastIndex((line) => HEADING.test(line));
  if (heading === -1) return [];
  const count = Number(HEADING.exec(lines[heading]!)![1]);
  return lines.slice(heading + 1, heading + 1 + count).flatMap((line) => {
    const result = readObject(line);
    return result?.status === 'failed' && typeof result.id === 'string' ? [failureOf(result.id, result)] : [];
  });
}

function failureOf(id: string, result: Readonly<Record<string, unknown>>): Failure {
  const place = Array.isArray(result.test) ? frameOf([...result.test, '']) : undefined;
  return {
    id,
    test: place && { file: place.file, line: place.line },
    error: typeof result.error === 'string' ? result.error : '',
    frames: Array.isArray(result.frames) ? result.frames.flatMap((frame) => frameOf(frame) ?? []) : [],
  };
}

/** What the tests print is not to be trusted: anything that is not a frame is left out. */
function frameOf(value: unknown): Frame | undefined {
  if (!Array.isArray(value)) return undefined;
  const [file, line, functionName] = value as unknown[];
  const isFrame = typeof file === 'string' && Number.isSafeInteger(line) && typeof functionName === 'string';
  return isFrame ? { file, line: line as number, functionName } : undefined;
}

function readObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
