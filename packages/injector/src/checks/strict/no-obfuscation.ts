import { type ChangedFile, changedLines, placeOf, type SourceLine } from '../../changed-file.js';
import { type Check, failed, passed, skipped } from '../../check.js';
import { findHiddenContent } from '../../hidden-content.js';
import { SUSPICIOUS_CODE } from '../../suspicious-code.js';

/**
 * The bug is plain code: nothing that decodes and executes, nothing that reads its own source or who runs it, no chance
 * and no clock, no content that cannot be read. Only what the bug adds counts, not what was there before.
 */
export const noObfuscation: Check = {
  id: 'no-obfuscation',
  stage: 'static',
  judge({ bugFiles }) {
    if (bugFiles === undefined) return skipped('bug_inject.diff was not applied.');
    const unread = bugFiles.filter(({ before, after }) => isUnreadable(before) || isUnreadable(after));
    if (unread.length > 0) {
      const files = unread.map(({ path }) => path);
      return failed(`bug_inject.diff changes what cannot be read as text: ${files.join(', ')}.`, { files });
    }
    const hidden = bugFiles.flatMap((file) => findHiddenContent(file));
    if (hidden.length > 0) {
      const [{ line, what }] = hidden as [(typeof hidden)[number]];
      return failed(`${placeOf(line)}: ${what}.`, { places: hidden.map((found) => placeOf(found.line)) });
    }
    const found = suspiciousCode(bugFiles);
    if (found.length > 0) {
      const [{ what, lines }] = found as [(typeof found)[number]];
      const place = lines[0] === undefined ? '' : ` (${placeOf(lines[0])})`;
      return failed(`bug_inject.diff adds code that ${what}${place}.`, {
        found: found.map((each) => ({ what: each.what, places: each.lines.map(placeOf) })),
      });
    }
    return passed('bug_inject.diff adds plain code.');
  },
};

function isUnreadable(side: ChangedFile['before']): boolean {
  return side !== undefined && side.text === undefined;
}

/** Each kind of code that the bug as a whole has more of than the original, with lines that have it. */
function suspiciousCode(files: readonly ChangedFile[]): { what: string; lines: SourceLine[] }[] {
  const before = files.map((file) => codeOf(file.before));
  const after = files.map((file) => codeOf(file.after));
  return SUSPICIOUS_CODE.flatMap(({ what, pattern }) => {
    const count = (codes: readonly string[]) =>
      codes.reduce((sum, code) => sum + (code.match(pattern)?.length ?? 0), 0);
    if (count(after) <= count(before)) return [];
    const lines = files.flatMap((file) => changedLines(file).added).filter(({ text }) => text.search(pattern) !== -1);
    return [{ what, lines: lines.slice(0, 10) }];
  });
}

/** Without comments where the language is known; names that stand apart by dots and brackets are written together. */
function codeOf(side: ChangedFile['before']): string {
  if (side?.outline === undefined) return side?.text ?? '';
  return side.outline.tokens.join(' ').replace(/ ?([.(]) ?/g, '$1');
}
