import type { Policy } from '@swe-selfplay/adapter';
import { renderPrompt } from '@swe-selfplay/adapter';
import { listPaths, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { isLibraryPath } from '@swe-selfplay/python';
import { fenced } from '../statements/printable-text.js';
import { type CompleteOptions, complete } from './complete.js';

/** Bounds on what of a repository is put into a prompt. */
export interface ContextBounds {
  /** Files that are shown. Default 3. */
  readonly maxFiles?: number | undefined;
  /** Characters of one file; what is longer is cut. Default 40,000. */
  readonly maxFileCharacters?: number | undefined;
}

const MAX_LISTED_PATHS = 600;
const DEFAULT_MAX_FILES = 3;
const DEFAULT_MAX_CHARACTERS = 40_000;

/**
 * Asks a policy which files of the code have to do with a statement: those of its answer that are there, in its order.
 * Without any, those that the statement itself names. `template` has `{{statement}}`, `{{paths}}` and `{{maxFiles}}`.
 * Throws as `complete`.
 */
export async function chooseFiles(
  policy: Policy,
  snapshot: Snapshot,
  { template, statement, bounds }: { template: string; statement: string; bounds: ContextBounds },
  options: CompleteOptions,
): Promise<readonly string[]> {
  const { maxFiles = DEFAULT_MAX_FILES } = bounds;
  const paths = listPaths(snapshot).filter(isLibraryPath);
  const listed = paths.slice(0, MAX_LISTED_PATHS).join('\n');
  const prompt = renderPrompt(template, { statement, paths: listed, maxFiles }, { required: ['statement', 'paths'] });
  const answer = await complete(policy, prompt, options);
  const text = answer.status === 'answered' ? answer.text : '';
  const named = namedIn(text, paths);
  return (named.length > 0 ? named : namedIn(statement, paths)).slice(0, maxFiles);
}

/** Files as Markdown: a heading with the path and the text between fences; what is no text is left out. */
export async function showFiles(
  snapshot: Snapshot,
  paths: readonly string[],
  { maxFileCharacters = DEFAULT_MAX_CHARACTERS }: ContextBounds,
): Promise<string> {
  const shown: string[] = [];
  for (const path of paths) {
    const file = await readFile(snapshot, path);
    if (file === undefined || file.mode === '120000') continue;
    const text = Buffer.from(file.content).toString('utf8');
    const cut = text.length > maxFileCharacters ? `${text.slice(0, maxFileCharacters)}\n[...]\n` : text;
    shown.push(`### ${path}\n${fenced(cut, 'python')}`);
  }
  return shown.join('\n\n');
}

/** Known paths in the order in which a text names them first. */
function namedIn(text: string, paths: readonly string[]): string[] {
  const known = new Set(paths);
  const words = text.slice(0, 200_000).match(/[\w./+-]+/g) ?? [];
  return [...new Set(words.map((word) => word.replace(/^\.\//, '').replace(/[.:]+$/, '')))].filter((word) =>
    known.has(word),
  );
}
