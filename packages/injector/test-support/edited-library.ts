import {
  type BugArtifact,
  createArtifact,
  diffSnapshots,
  type Environment,
  printPatch,
  readFile,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';

/** Replacements by file: each text must be there. */
export type Edits = Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;

export const LIBRARY_SCRIPT = 'python3 -m unittest -v\n';
export const LIBRARY_PARSER = `import json, re, sys
results = {}
for match in re.finditer(r"^\\w+ \\(([\\w.]+)\\)(?:\\n.*)? \\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M):
    results[match[1]] = "passed" if match[2] == "ok" else "failed"
print(json.dumps(results))
`;

/** An artifact for the small library whose diffs make these edits. */
export async function editedLibrary(
  { original }: Environment,
  { bug, weaken, parser = LIBRARY_PARSER }: { readonly bug: Edits; readonly weaken: Edits; readonly parser?: string },
): Promise<BugArtifact> {
  const buggy = await withEdits(original, bug);
  const weakened = await withEdits(buggy, weaken);
  return createArtifact({
    script: LIBRARY_SCRIPT,
    parser,
    testFiles: ['tests/test_shop.py'],
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, weakened)),
  });
}

/** The snapshot with the edits made. Throws Error where a text to replace is not there. */
export async function withEdits(snapshot: Snapshot, edits: Edits): Promise<Snapshot> {
  const changes = [];
  for (const [path, replacements] of Object.entries(edits)) {
    let text = Buffer.from((await readFile(snapshot, path))!.content).toString('utf8');
    for (const [from, to] of replacements) {
      if (!text.includes(from)) throw new Error(`Expected ${JSON.stringify(from)} in ${path}.`);
      text = text.replace(from, () => to);
    }
    changes.push([path, { mode: '100644', content: Buffer.from(text) }] as const);
  }
  return withFiles(snapshot, changes);
}
