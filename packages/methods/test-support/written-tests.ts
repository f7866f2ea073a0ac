import { diffSnapshots, printPatch, readFile, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import { unittest } from '@swe-selfplay/python';
import type { CandidatePatch, SelectionTask, WrittenTest } from '../src/evidence/evidence.js';

/** A test of its own file for the example library, as somebody may have written it, run by unittest. */
export async function writtenTest(
  { view }: SelectionTask,
  name: string,
  methods: Readonly<Record<string, string>>,
): Promise<WrittenTest> {
  const path = `tests/test_written_${name}.py`;
  const bodies = Object.entries(methods).map(([method, body]) => `    def test_${method}(self):\n        ${body}\n`);
  const source = `import unittest
from datetime import date

from tallybook.dates import add_months, days_in_month


class Written(unittest.TestCase):
${bodies.join('\n')}`;
  const detection = (await unittest.detect(view.snapshot))!;
  const script = unittest.testScript(detection, { testFiles: [path], deselected: [] });
  return {
    id: name,
    files: new Map([[path, Buffer.from(source)]]),
    command: { script: Buffer.from(script), parser: Buffer.from(unittest.parser) },
    writer: 'hand',
  };
}

/** The same test run by `unittest -v`, with a parser that believes every line that is printed. */
export function believing(test: WrittenTest): WrittenTest {
  const modules = [...test.files.keys()].map((path) => path.replace(/\.py$/, '').replaceAll('/', '.'));
  const parser = `import json, re, sys
lines = re.findall(r"^(\\w+) \\(([\\w.]+)\\) \\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M)
print(json.dumps({place: "passed" if word == "ok" else "failed" for _, place, word in lines}))
`;
  const script = `python3 -m unittest -v ${modules.join(' ')}\n`;
  return { ...test, command: { script: Buffer.from(script), parser: Buffer.from(parser) } };
}

/** The patch of an attempt that leaves these files behind. */
export async function patchOf(
  { view: { snapshot } }: SelectionTask,
  files: Readonly<Record<string, string | null>>,
): Promise<Uint8Array> {
  const entries = Object.entries(files).map(
    ([path, text]) => [path, text === null ? null : { mode: '100644' as const, content: Buffer.from(text) }] as const,
  );
  return printPatch(await diffSnapshots(snapshot, withFiles(snapshot, entries)));
}

/** The text of a file of a snapshot with pieces replaced; throws where one is not there. */
export async function textWith(snapshot: Snapshot, path: string, pieces: readonly (readonly [string, string])[]) {
  let text = Buffer.from((await readFile(snapshot, path))!.content).toString('utf8');
  for (const [from, to] of pieces) {
    if (!text.includes(from)) throw new TypeError(`Expected ${path} to hold ${from}.`);
    text = text.replace(from, to);
  }
  return text;
}

export function candidate(id: string, predPatch: Uint8Array | string): CandidatePatch {
  const bytes = typeof predPatch === 'string' ? Buffer.from(predPatch) : predPatch;
  return { id, predPatch: bytes, isFinished: bytes.length > 0 };
}
