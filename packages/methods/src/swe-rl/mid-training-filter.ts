/** A commit or pull request of a public repository, as plain numbers and names. */
export interface CommitRecord {
  /** Of the repository. */
  readonly stars: number;
  readonly files: readonly {
    readonly path: string;
    readonly change: 'modified' | 'added' | 'deleted' | 'renamed';
  }[];
  /** How many blocks say the change to Python files; see `parseSearchReplace`. */
  readonly searchReplaceBlocks: number;
}

/** `diff`: the change is learnt as search/replace blocks. `commit-pack`: as files before and after. */
export type MidTrainingForm = 'diff' | 'commit-pack';

const MIN_STARS = 5;
const MAX_DIFF_FILES = 3;
const MAX_BLOCKS = 5;
const MAX_PACK_FILES = 5;
const TEXT_FILE = /\.(py|md|rst)$/;

/**
 * Whether Kimi-Dev would learn from a commit in mid-training (arXiv 2509.23045, 3.2 and App.): a repository of at least 5
 * stars; only .py, .md and .rst files, none added or deleted (a renamed file is both); for `diff` at most 3 Python files
 * and 5 blocks, for `commit-pack` 1 to 5 Python files. A diff without a Python file has no blocks to learn and is refused
 * too; the paper does not say so.
 */
export function isMidTrainingCommit(
  { stars, files, searchReplaceBlocks }: CommitRecord,
  form: MidTrainingForm,
): boolean {
  const pythonFiles = new Set(files.map(({ path }) => path).filter((path) => path.endsWith('.py'))).size;
  const isPlain = files.every(({ path, change }) => TEXT_FILE.test(path) && change === 'modified');
  if (!(stars >= MIN_STARS) || !isPlain || pythonFiles === 0) return false;
  if (form === 'commit-pack') return pythonFiles <= MAX_PACK_FILES;
  return pythonFiles <= MAX_DIFF_FILES && searchReplaceBlocks >= 1 && searchReplaceBlocks <= MAX_BLOCKS;
}
