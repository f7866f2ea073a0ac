/** A pull request of a public repository, as plain texts. */
export interface PullRequestRecord {
  readonly title: string;
  readonly description: string;
  readonly author: string;
  readonly isMerged: boolean;
  readonly hunks: readonly {
    readonly path: string;
    /** Lines without their sign. */
    readonly removed: readonly string[];
    readonly added: readonly string[];
  }[];
  /** Whether each issue that it refers to asks for a bug to be fixed, which a model has to say. */
  readonly linkedIssues: readonly { readonly asksForFix: boolean }[];
}

export interface PullRequestFilterOptions {
  /** More lines, removed and added, are a huge change. The paper gives no number; default 10 000. */
  readonly maxChangedLines?: number | undefined;
  /** Tells code. Default: by the ending of the name. */
  readonly isCode?: ((path: string) => boolean) | undefined;
}

/** Whether a pull request is kept, and by which rule it is not. */
export type PullRequestVerdict =
  | { readonly status: 'kept' }
  | {
      readonly status: 'dropped';
      readonly rule: 'not-merged' | 'bot' | 'empty' | 'huge' | 'noise' | 'no-issue' | 'no-fix' | 'no-code';
    };

const BOT = /\[bot\]|\bdependabot\b|\brenovate\b|\bbump|\bauto-?merge/i;
const LOCK_FILE =
  /(^|\/)([^/]*\.lock|[^/]*-lock\.(json|ya?ml)|npm-shrinkwrap\.json|go\.sum|\.terraform\.lock\.hcl|packages\.lock\.json)$/i;
const VERSION = /\bv?\d+(?:\.(?:\d+|\*|x)){1,4}(?:[-+.]?(?:dev|a|b|rc|alpha|beta|post)[.-]?\d*)?\b/gi;
const CODE =
  /\.(py|pyx|js|jsx|mjs|cjs|ts|tsx|java|kt|scala|c|h|cc|cpp|hpp|cs|go|rs|rb|php|swift|m|mm|lua|pl|r|jl|hs|ex|exs|clj|dart|sh)$/i;

/**
 * The filters of SWE-RL's pull requests that need no model (arXiv 2502.18449, 2 and App. A): dropped are those that were
 * not merged, that a bot made or merges (by title, description or author), whose change is empty, huge or nothing but
 * lock files and versions; of the rest a seed for training needs an issue, one that asks for a bug to be fixed, and a
 * change of code. The first rule that applies is told, in the order above.
 */
export function filterPullRequest(
  { title, description, author, isMerged, hunks, linkedIssues }: PullRequestRecord,
  { maxChangedLines = 10_000, isCode = (path) => CODE.test(path) }: PullRequestFilterOptions = {},
): PullRequestVerdict {
  if (!isMerged) return { status: 'dropped', rule: 'not-merged' };
  if ([title, description, author].some((text) => BOT.test(text))) return { status: 'dropped', rule: 'bot' };
  const changedLines = hunks.reduce((sum, { removed, added }) => sum + removed.length + added.length, 0);
  if (changedLines === 0) return { status: 'dropped', rule: 'empty' };
  if (changedLines > maxChangedLines) return { status: 'dropped', rule: 'huge' };
  if (hunks.every(isNoise)) return { status: 'dropped', rule: 'noise' };
  if (linkedIssues.length === 0) return { status: 'dropped', rule: 'no-issue' };
  if (!linkedIssues.some(({ asksForFix }) => asksForFix)) return { status: 'dropped', rule: 'no-fix' };
  return hunks.some(({ path }) => isCode(path)) ? { status: 'kept' } : { status: 'dropped', rule: 'no-code' };
}

/** A hunk of a lock file, or one whose lines differ in versions alone. */
function isNoise({ path, removed, added }: PullRequestRecord['hunks'][number]): boolean {
  if (LOCK_FILE.test(path)) return true;
  const blurred = (lines: readonly string[]) => lines.map((line) => line.slice(0, 2_000).replace(VERSION, '#').trim());
  const [before, after] = [blurred(removed), blurred(added)];
  return before.length === after.length && before.every((line, index) => line === after[index] && line.includes('#'));
}
