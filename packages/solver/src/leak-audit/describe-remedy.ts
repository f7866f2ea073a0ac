import type { LeakFinding, LeakKind } from './leak-audit.js';
import { placeToHide } from './leak-places.js';

/** What a person can do about a finding, in a sentence. */
export function describeRemedy(
  kind: LeakKind,
  path: string,
  file: string | undefined,
  scrubbing: LeakFinding['scrubbing'],
  isLeak: boolean,
): string {
  if (kind === 'installed-copy') {
    const place = placeToHide(path, file);
    const how = `install the repository editable (pip install -e), uninstall it, or hide ${place}`;
    return isLeak
      ? `A copy is installed with the interpreter: ${how}.`
      : `A copy of another state is installed with the interpreter; it holds no removed line, but tests may import it in place of the code at hand: ${how}.`;
  }
  if (scrubbing === 'hidden') return `It lies outside of the workspace: remove it from the toolchain, or hide ${path}.`;
  if (scrubbing === 'deleted') return `${MADE[kind]}: delete it from the repository or let the audit scrub it.`;
  return 'It is part of the code, so nothing is taken away: choose another bug, or leave this file out of the environment.';
}

const MADE: Readonly<Record<LeakKind, string>> = {
  text: 'It was made from the source or left behind by an editor',
  'git-object': 'An object store in the repository keeps it',
  bytecode: 'It was compiled from the original',
  archive: 'A package or compressed file holds it',
  'installed-copy': 'It is an installed copy',
  metadata: 'A tool left it behind',
};
