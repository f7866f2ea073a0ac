import { readPrompt, renderPrompt } from '@swe-selfplay/adapter';
import type { Snapshot } from '@swe-selfplay/artifact';
import { listRepository } from './repository-listing.js';
import { showSources } from './source-context.js';

const PROMPTS = new URL('../../prompts/swe-rl/', import.meta.url);

/** Asks which files are the cause; needs a statement that is fit for a prompt. */
export function renderLocatePrompt(
  snapshot: Snapshot,
  statement: string,
  { maxListingCharacters, maxFiles }: { readonly maxListingCharacters: number; readonly maxFiles: number },
): string {
  const repository = listRepository(snapshot, maxListingCharacters);
  return render('locate', { statement, repository, maxFiles });
}

/** Asks for a repair of files that are shown whole. */
export function renderRepairPrompt(statement: string, sources: ReadonlyMap<string, string>): string {
  return render('repair', { statement, files: showSources(sources) });
}

/** Asks for a program that says whether the issue is there. */
export function renderTestPrompt(statement: string, sources: ReadonlyMap<string, string>): string {
  return render('write-test', { statement, files: showSources(sources) });
}

function render(name: string, values: Readonly<Record<string, string | number>>): string {
  const required = Object.keys(values);
  return renderPrompt(readPrompt(new URL(`${name}.md`, PROMPTS)), values, { required }).trim();
}
