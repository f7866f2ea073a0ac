import type { ChangedFile, SourceLine } from './changed-file.js';
import type { SourceText } from './source-text.js';

/** How lines of comment begin, for languages that nothing more is known of. */
const COMMENT_LINE = /^\s*(#|\/\/|\/\*|\*|--|;|%|<!--|\.\.\s)\s?(.*)$/;

/** Comments of a changed file that were not in it before, comment marks taken off. */
export function addedComments(file: ChangedFile): SourceLine[] {
  const known = new Map<string, number>();
  for (const { text } of commentsOf(file.before)) known.set(text, (known.get(text) ?? 0) + 1);
  return commentsOf(file.after).flatMap(({ line, text }) => {
    const count = known.get(text) ?? 0;
    known.set(text, count - 1);
    return count > 0 ? [] : [{ path: file.path, line, text }];
  });
}

function commentsOf(source: SourceText | undefined): readonly { readonly line: number; readonly text: string }[] {
  if (source === undefined) return [];
  if (source.outline !== undefined) return source.outline.comments;
  return (source.text ?? '').split('\n').flatMap((line, index) => {
    const match = COMMENT_LINE.exec(line) ?? /\s(?:#|\/\/)\s()(.*)$/.exec(line);
    return match === null ? [] : [{ line: index + 1, text: match[2]!.trim() }];
  });
}
