import type { ChangedFile } from '../../changed-file.js';
import { type Check, failed, passed, skipped } from '../../check.js';

/** No file of the bug changes in comments, blank space or mode alone, and no file is added that holds nothing else. */
export const noPadding: Check = {
  id: 'no-padding',
  stage: 'static',
  judge({ bugFiles }) {
    if (bugFiles === undefined) return skipped('bug_inject.diff was not applied.');
    const files = bugFiles.filter(isPadding).map(({ path }) => path);
    if (files.length > 0) {
      return failed(`bug_inject.diff changes nothing that runs in ${files.join(', ')}: padding.`, { files });
    }
    return passed(`Each of ${bugFiles.length} changed file(s) changes in more than comments and blank space.`);
  },
};

/** A file that cannot be read is none: what it holds is for `no-obfuscation` to ask. */
function isPadding({ before, after }: ChangedFile): boolean {
  if (after === undefined || after.text === undefined) return false;
  if (before === undefined) return after.outline ? after.outline.tokens.length === 0 : squeezed(after.text) === '';
  if (before.text === undefined) return false;
  if (before.outline === undefined || after.outline === undefined)
    return squeezed(before.text) === squeezed(after.text);
  return before.outline.tokens.join('\0') === after.outline.tokens.join('\0');
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
