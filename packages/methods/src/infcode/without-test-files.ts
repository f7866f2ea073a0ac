import { parsePatch, printPatch } from '@swe-selfplay/artifact';

/**
 * A patch without the files whose names begin with `test`, which InfCode drops before it evaluates (arXiv 2511.16004);
 * empty where no other is left. A patch that does not parse stays as it is.
 */
export function withoutTestFiles(patch: Uint8Array): Uint8Array {
  if (patch.length === 0) return patch;
  const parsed = parsePatch(patch);
  if (parsed.status === 'refused') return patch;
  const { files } = parsed.patch;
  const kept = files.filter(({ oldPath, newPath }) => ![oldPath, newPath].some(isTestFile));
  if (kept.length === files.length) return patch;
  return kept.length === 0 ? new Uint8Array() : printPatch({ files: kept });
}

function isTestFile(path: string | undefined): boolean {
  return path !== undefined && /(^|\/)test[^/]*$/.test(path);
}
