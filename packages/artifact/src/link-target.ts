import { MAX_LINK_BYTES } from './patch-limits.js';
import { isGitDirectoryName } from './safe-path.js';

/**
 * What makes the target (latin1) of the symbolic link at `path` unfit, as the end of a sentence that begins with the
 * link; undefined where nothing does.
 *
 * `..` is allowed at the start of a target only: directories above a link are real directories, so there it means what
 * it says, while `..` behind a name that is or becomes a link leads elsewhere. Then no chain of fit links leaves the
 * repository, whatever is added later.
 */
export function findLinkProblem(path: string, target: string): string | undefined {
  if (target === '') return 'has an empty target';
  if (target.length > MAX_LINK_BYTES) return `has a target of more than ${MAX_LINK_BYTES} bytes`;
  if (target.includes('\0')) return 'has a NUL byte in its target';
  if (target.startsWith('/') || /^[A-Za-z]:[\\/]/.test(target) || target.startsWith('\\'))
    return 'has an absolute target';
  const steps = target.split(/[/\\]/).filter((step) => step !== '' && step !== '.');
  const firstName = steps.findIndex((step) => step !== '..');
  const ascents = firstName === -1 ? steps.length : firstName;
  if (ascents > path.split('/').length - 1) return 'leads out of the repository';
  const names = steps.slice(ascents);
  if (names.includes('..')) return 'has ".." behind a name in its target, which may lead out of the repository';
  if (names.some((name) => isGitDirectoryName(Buffer.from(name, 'latin1').toString('utf8')))) return 'leads into .git';
  return undefined;
}
