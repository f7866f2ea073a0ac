import { type ChangedFile, changedLines, placeOf, type SourceLine } from '../../changed-file.js';
import { type Check, failed, passed, skipped } from '../../check.js';
import { addedComments } from '../../comments-of.js';

/** Comments that speak of the bug. */
const HINT =
  /\b(bugs?|buggy|fix[ -]?me|fix(ed|es)? (here|this|it)|xxx|hack|inject(ed|ion)?|on purpose|intentional(ly)?|deliberate(ly)?|original(ly)?|was|used to be|should (be|have)|correct(ly)?|revert(ed)?|mutat(ed|ion)|sabotag\w*|broken|wrong|solver|grader|selfplay|ssr)\b/i;
/** Names that speak of it, in code. */
const HINTING_NAME =
  /(?<![A-Za-z])(fix_?me|bug_?here|the_?bug|injected|is_?buggy|original_\w+|orig_\w+|\w+_(orig|original|backup|bak|unfixed|broken|buggy))(?![A-Za-z])/i;
/** Text that speaks to whoever solves the task. */
const ADDRESS =
  /\b(ignore|disregard|forget|override)\b.{0,30}\b(instructions?|prompts?|rules|above|previous)\b|\b(as an? |you are an? )(ai|llm|language model|assistant|agent)\b|\b(system|user) prompt\b|\b(do not|don't|never|must not) (fix|change|edit|modify|touch|remove|look)\b|\bdear (solver|model|assistant|agent)\b|<\|?(im_start|system|assistant)|\bTASK_COMPLETE\b|\bsubmit\b.{0,20}\b(now|empty|patch)\b/i;
const BACKUP_PATH = /(\.(orig|bak|backup|old|rej|save|swp|swo|tmp|copy|diff|patch)|~|\.#[^/]*|#)$/i;
/** Letters and digits that a line must have to be known again. */
const MIN_LETTERS = 10;

/**
 * Neither diff tells a solver where the bug is or what the original was: no hint in comments and names, no original
 * line in a comment, a text or another file, no back-up, and nothing that speaks to the solver.
 */
export const noHints: Check = {
  id: 'no-hints',
  stage: 'static',
  judge({ bugFiles, weakenedFiles }) {
    if (bugFiles === undefined || weakenedFiles === undefined) return skipped('The diffs were not applied.');
    const files = [...bugFiles, ...weakenedFiles];
    const backup = files.find(({ before, after, path }) => before === undefined && after && BACKUP_PATH.test(path));
    if (backup !== undefined) return failed(`${backup.path} is named as a back-up.`, { file: backup.path });
    const added = files.flatMap((file) => changedLines(file).added);
    const address = added.find(({ text }) => ADDRESS.test(text));
    if (address !== undefined) return hintAt(address, 'speaks to whoever solves the task');
    const comment = files.flatMap(addedComments).find(({ text }) => HINT.test(text));
    if (comment !== undefined) return hintAt(comment, 'is a comment that hints at the bug');
    const known = new Set(files.flatMap((file) => wordsOf(file.before?.text)));
    const name = added.find(({ text }) => wordsOf(text).some((word) => !known.has(word) && HINTING_NAME.test(word)));
    if (name !== undefined) return hintAt(name, 'has a name that hints at the bug');
    const copy = findCopy(bugFiles, files);
    if (copy !== undefined) return hintAt(copy, 'holds a line of the original that the bug takes away');
    return passed('Neither diff hints at the bug.');
  },
};

function hintAt(line: SourceLine, what: string) {
  return failed(`${placeOf(line)} ${what}.`, { file: line.path, line: line.line, text: line.text.slice(0, 200) });
}

/** An added line that keeps a removed one: in a comment or a text of the same file, or anywhere in another file. */
function findCopy(bugFiles: readonly ChangedFile[], files: readonly ChangedFile[]): SourceLine | undefined {
  for (const file of bugFiles) {
    const removed = changedLines(file)
      .removed.map(({ text }) => squeezed(text))
      .filter((text) => text.replace(/\W/g, '').length >= MIN_LETTERS);
    if (removed.length === 0) continue;
    for (const other of files) {
      const added = changedLines(other).added;
      // What stands alone on its line in the same file was moved or laid out anew, and is code as before.
      const found = added.find(({ text }) => {
        const line = squeezed(text);
        return removed.some((lost) => line.includes(lost) && (other !== file || isCommentOrText(text, lost)));
      });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** True where what comes before the copy opens a comment or a text. */
function isCommentOrText(text: string, lost: string): boolean {
  const line = squeezed(text);
  return /["'`#]|\/\/|\/\*|--|<!--/.test(line.slice(0, line.indexOf(lost)));
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '');
}

function wordsOf(text = ''): string[] {
  return text.match(/[A-Za-z_]\w*/g) ?? [];
}
