import { isUtf8 } from 'node:buffer';
import { modeOf, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { fenced } from '../statements/printable-text.js';

/** Texts of the files of `paths` that are UTF-8, in order, as many as fit; a file that does not fit is left out. */
export async function readSources(
  snapshot: Snapshot,
  paths: readonly string[],
  maxCharacters: number,
): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  let left = maxCharacters;
  for (const path of paths) {
    const mode = modeOf(snapshot, path);
    if (mode === undefined || mode === '120000') continue;
    const { content } = (await readFile(snapshot, path))!;
    if (!isUtf8(content)) continue;
    const text = Buffer.from(content).toString('utf8');
    if (text.length > left) continue;
    left -= text.length;
    sources.set(path, text);
  }
  return sources;
}

/** Files for a prompt: each whole below its path, between fences that nothing in it can close. */
export function showSources(sources: ReadonlyMap<string, string>): string {
  return [...sources].map(([path, text]) => `### ${path}\n${fenced(text)}`).join('\n\n');
}
