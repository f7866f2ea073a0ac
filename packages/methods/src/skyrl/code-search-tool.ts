import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tool } from '@swe-selfplay/adapter';
import { MethodError } from '../method-error.js';
import type { SearchBounds } from './find-entities.js';
import { type CodeSearchInput, codeSearchInput, readSearchText, TEXT_FORM } from './search-input.js';
import { type SearchScope, scopeOf } from './search-scope.js';
import { searchTerm } from './search-term.js';
import { showAround } from './show-source.js';
import { createSourceStore, type SourceStore } from './source-file.js';
import { createSourceIndex } from './source-index.js';

export interface CodeSearchOptions {
  /** Default `search`. */
  readonly name?: string;
  /** Python files that are looked at, those of the library first. Default 10,000. */
  readonly maxFiles?: number;
  /** Longest file that is looked at. Default 1 MiB. */
  readonly maxFileBytes?: number;
  /** All files that are looked at together; they are kept in memory. Default 64 MiB. */
  readonly maxTotalBytes?: number;
  /** Longest reply in characters; what it holds of each term is cut to an equal share. Default 30,000. */
  readonly maxReplyCharacters?: number;
  /** Wall time for parsing one file; what a file defines that takes longer is not found. Default 2000. */
  readonly parseTimeoutMs?: number;
  /** Files that several tools may share, since most rollouts on one repository see the same. Default: its own. */
  readonly sources?: SourceStore;
}

const MAX_NAMED_ENTITIES = 50;
/** Wall time after which one call parses and ranks no more files. */
const MAX_SEARCH_MS = 10_000;
export const DEFAULT_PARSE_TIMEOUT_MS = 2000;

/**
 * The code search of SkyRL-Agent (arXiv 2511.16108; NovaSky-AI/SkyRL, skyrl-agent, tasks/swebench/scripts/tools/search.py):
 * for each term the classes, functions and files of that id or name, the files and lines that hold it, and where there is
 * neither the three places that BM25 (k1 1.5, b 0.75, our choice: over chunks that begin with definitions, words taken apart)
 * ranks highest; and lines of a file with the 20 around each.
 *
 * The original parses the repository with the interpreter in the workspace; this one reads the files and parses them here
 * with tree-sitter, so that broken ones, and those of another Python, are searched too. A tool knows the files of one
 * rollout: it lists them at each call and reads those that changed. Hidden directories, links, binary files and what
 * exceeds the bounds are left out, the latter told in the reply. Files that hold tests are found by id and text alone, as in
 * the original. Throws MethodError `invalid-options` for bounds that are no whole numbers from 1 up.
 */
export function createCodeSearchTool(options: CodeSearchOptions = {}): Tool<CodeSearchInput> {
  const { name = 'search', maxFiles = 10_000, maxFileBytes = 1024 ** 2, maxTotalBytes = 64 * 1024 ** 2 } = options;
  const { maxReplyCharacters = 30_000, parseTimeoutMs = DEFAULT_PARSE_TIMEOUT_MS } = options;
  for (const [key, value] of Object.entries({
    maxFiles,
    maxFileBytes,
    maxTotalBytes,
    maxReplyCharacters,
    parseTimeoutMs,
  }))
    if (!Number.isInteger(value) || value < 1)
      throw new MethodError('invalid-options', `Expected ${key} to be a whole number from 1 up, got ${value}.`);
  const store = options.sources ?? createSourceStore(parseTimeoutMs);
  const index = createSourceIndex(store, { maxFiles, maxFileBytes, maxTotalBytes });
  return {
    name,
    description:
      'Searches the Python code of the repository. For each of search_terms: the class, function or file of that name or ' +
      'id (an id is file.py:Class.method), the files and lines that hold it, in any case, and where there is neither, the ' +
      'places with the most similar words. With line_nums and a file: those lines, with 20 above and below each.',
    input: codeSearchInput,
    text: { description: TEXT_FORM, read: readSearchText },
    async execute(input, place) {
      const { search_terms: terms = [], line_nums: numbers = [] } = input;
      if (terms.length === 0 && numbers.length === 0)
        return { status: 'refused', text: 'Expected search_terms, or line_nums with a file_path_or_pattern.' };
      const { workdir } = place.sandbox;
      const tree = await index.update(place);
      const scope = scopeOf(tree.files, input.file_path_or_pattern, workdir);
      const remarks = tree.leftOut.length === 0 ? [] : [`(Files not searched: ${tree.leftOut.join(', ')}.)`];
      if (scope.chosen.size === 0 && scope.pattern !== undefined)
        remarks.unshift(`(No file fits \`${scope.pattern}\`: all files were searched.)`);
      const deadline = performance.now() + MAX_SEARCH_MS;
      const bounds = { maxEntities: MAX_NAMED_ENTITIES, deadline, signal: place.signal };
      const sections = await searchAll({ terms, numbers, scope, workdir, bounds });
      return { status: 'replied', text: [...fitSections(sections, maxReplyCharacters), ...remarks].join('\n\n') };
    },
  };
}

interface Search {
  readonly terms: readonly string[];
  readonly numbers: readonly number[];
  readonly scope: SearchScope;
  readonly workdir: string;
  readonly bounds: SearchBounds;
}

async function searchAll({ terms, numbers, scope, workdir, bounds }: Search): Promise<string[]> {
  const sections: string[] = [];
  for (const term of new Set(terms)) {
    await nextTurn();
    if (bounds.signal.aborted) return [...sections, 'The search was cancelled.'];
    const found = term.trim() === '' ? 'The term is empty.' : await searchTerm(term, scope, workdir, bounds);
    sections.push(`## Search term ${JSON.stringify(term)}\n${found}`);
  }
  if (numbers.length > 0) sections.push(`## Lines ${numbers.join(', ')}\n${showNumbered(numbers, scope, bounds)}`);
  return sections;
}

function showNumbered(
  numbers: readonly number[],
  { chosen, pattern }: SearchScope,
  { deadline }: SearchBounds,
): string {
  const [[path, file] = []] = chosen;
  if (pattern !== undefined && chosen.size === 1 && path !== undefined && file !== undefined)
    return showAround(path, file, numbers, deadline);
  return `Lines are shown of one file: \`file_path_or_pattern\` names ${pattern === undefined ? 'all' : chosen.size}.`;
}

/** Each section may take an equal share of what those before it left. */
function fitSections(sections: readonly string[], maxCharacters: number): string[] {
  let left = maxCharacters;
  return sections.map((section, index) => {
    const share = Math.floor(left / (sections.length - index));
    const shown = section.length <= share ? section : section.slice(0, share).replace(/\p{Cs}$/u, '');
    left -= shown.length;
    const dropped = section.length - shown.length;
    return dropped === 0 ? shown : `${shown}\n[... ${dropped} more characters: ask for less at once]`;
  });
}
