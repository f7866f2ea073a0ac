import type { ToolOutcome, ToolPlace } from '../../tool.js';
import { type Editor, filesOf, moveTo, replied, showWindow } from './editor.js';
import { type FileLines, showPath } from './file-lines.js';
import { constrainCentre } from './file-window.js';
import { type EditedRange, type Finding, newFindings } from './lint-findings.js';
import type { Linter } from './linter.js';

/** `new-findings`: SWE-agent v1.x; `any-finding`: v0.4, though the file was like that before; `none`: no check. */
export type LintRule = 'new-findings' | 'any-finding' | 'none';

/** A file as it is and as an edit would leave it. */
export interface Change {
  /** Absolute. */
  readonly path: string;
  readonly before: FileLines;
  readonly after: FileLines;
  readonly range: EditedRange;
}

/** What the tools of one rollout that edit have in common. */
export interface GuardedWriter {
  /** What a policy must know of the linter, behind a blank; '' where edits are not checked. */
  readonly about: string;
  /** Writes a change and shows it, unless a linter finds that it breaks a Python file: then the reply tells why. */
  write(change: Change, place: ToolPlace): Promise<ToolOutcome>;
}

const MAX_FINDINGS = 30;
/** Lines of a refused edit that are shown; the edit may be longer. */
const MAX_SHOWN_LINES = 200;
const RULE = '-'.repeat(49);

export function createGuardedWriter(editor: Editor, linter: Linter, rule: LintRule): GuardedWriter {
  let isLinterTold = rule === 'none';

  /** Says once which linter it is that checks, or that there is none. */
  async function tellLinter(place: ToolPlace): Promise<string[]> {
    if (isLinterTold) return [];
    isLinterTold = true;
    return [`(${await linter.describe(place)})`];
  }

  /** Empty: nothing speaks against the change. Undefined: a linter should have said and did not. */
  async function check(
    { path, before, after, range }: Change,
    place: ToolPlace,
  ): Promise<readonly Finding[] | undefined> {
    if (rule === 'none' || !path.endsWith('.py')) return [];
    const found = await linter.check(path, after.content, place);
    if (found === undefined || found.length === 0 || rule === 'any-finding') return found;
    const known = await linter.check(path, before.content, place);
    return known && newFindings(known, found, range);
  }

  async function write(change: Change, place: ToolPlace): Promise<ToolOutcome> {
    const { path, after, range } = change;
    const findings = await check(change, place);
    const notes = path.endsWith('.py') ? await tellLinter(place) : [];
    if (findings === undefined) notes.push('(The edit could not be checked.)');
    else if (findings.length > 0) return replied(refusal(change, findings), ...notes);
    const writing = await filesOf(editor, place).overwrite(path, after.content);
    if (writing.status !== 'written') {
      const reason = writing.status === 'failed' ? writing.reason : 'it is gone';
      return replied(`Cannot write ${showPath(path)}: ${reason}. Look at what it holds now before you go on.`);
    }
    const centre = constrainCentre(range.first - 1, after.total, editor.size.lines);
    return replied(moveTo(editor, path, after, centre), UPDATED, ...notes);
  }

  return { about: rule === 'none' ? '' : ABOUT_LINTER, write };
}

const ABOUT_LINTER =
  ' Python files are checked where python3 runs: an edit that breaks one is not made, and the reply tells the error. The ' +
  'same edit again leads to the same error.';

const UPDATED =
  'File updated. Review the changes: indentation, no lines twice, nothing missing. Edit the file again where it is not ' +
  'as it should be.';

/** What is wrong, what the edit would have led to and what is there, as SWE-agent shows them. */
function refusal({ path, before, after, range }: Change, findings: readonly Finding[]): string {
  const { first, last, inserted } = range;
  const listed = findings
    .slice(0, MAX_FINDINGS)
    .map(({ line, column, text }) => `- line ${line}, column ${column}: ${text}`);
  const left = findings.length - listed.length;
  // Five lines around either, counted from the line before the range.
  const around = (file: FileLines, changed: number, extra: number): string => {
    const size = Math.min(changed + extra, MAX_SHOWN_LINES);
    const middle = Math.floor(Math.min(changed, MAX_SHOWN_LINES) / 2) + first - 1;
    return showWindow(path, file, constrainCentre(middle, file.total, size), size);
  };
  return [
    'The edit was not made, since the file would have errors:',
    '',
    'ERRORS:',
    ...listed,
    ...(left > 0 ? [`(${left} more)`] : []),
    '',
    'With your edit it would look like this:',
    RULE,
    around(after, inserted, 10),
    RULE,
    '',
    'This is what it looks like, unchanged:',
    RULE,
    around(before, last - first + 1, 10),
    RULE,
    'Correct the range of lines or the new lines and try again. The same edit would fail again.',
  ].join('\n');
}
