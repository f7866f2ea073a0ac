import type { ArtifactFileName } from '../src/parse-artifact.js';

/** The files of a well-formed artifact, as text; overrides replace or (`undefined`) leave out. */
export function artifactFiles(
  overrides: Partial<Record<ArtifactFileName, string | Uint8Array | undefined>> = {},
): Partial<Record<ArtifactFileName, Uint8Array>> {
  const texts = {
    'test_script.sh': 'python3 -m unittest -v\n',
    'test_files.txt': 'tests/test_a.py\ntests/test_b.py\n',
    'test_parser.py': 'print("{}")\n',
    'bug_inject.diff': aDiff('src/a.py', 'return 1', 'return 2'),
    'test_weaken.diff': aDiff('tests/test_a.py', 'assert f() == 1', 'assert f()'),
    ...overrides,
  };
  const entries = Object.entries(texts).filter(([, content]) => content !== undefined);
  return Object.fromEntries(
    entries.map(([name, content]) => [name, typeof content === 'string' ? new TextEncoder().encode(content) : content]),
  );
}

/** A git diff that changes the only line of one file. */
export function aDiff(path: string, from: string, to: string): string {
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${from}\n+${to}\n`;
}
