import type { FilePatch } from './git-diff.js';
import { excerpt, type LineReader } from './line-reader.js';
import { pathOfName, readQuotedName } from './quoted-path.js';
import { refuse } from './refusal.js';
import { findPathProblem } from './safe-path.js';

/** Names of one file by one source of the header; undefined is `/dev/null`. Latin1, without `a/` and `b/`. */
export interface SideNames {
  readonly old: string | undefined;
  readonly new: string | undefined;
}

export const HEADER_PREFIX = 'diff --git ';

/** Reads the lines `--- a/NAME` and `+++ b/NAME`, one of which may be `/dev/null`. */
export function readMarkerLines(reader: LineReader): SideNames {
  const old = readMarkerLine(reader, '--- ', 'a/');
  return { old, new: readMarkerLine(reader, '+++ ', 'b/') };
}

function readMarkerLine(reader: LineReader, marker: string, prefix: string): string | undefined {
  const line = reader.lineNumber;
  const text = reader.peekHeader();
  if (!text?.startsWith(marker))
    refuse('malformed', `Expected "${marker}${prefix}FILE", got ${excerpt(text)}.`, { line });
  reader.next();
  // Git ends the line with a tab where the name has a space; a tab in the name itself is always quoted.
  const token = text.slice(marker.length).replace(/\t$/, '');
  return token === '/dev/null' ? undefined : withoutPrefix(wholeName(token, line), prefix, line);
}

/**
 * The names of a file from all that its header says, checked against each other: `renamed` of rename or copy lines,
 * `marked` of `---` and `+++`, and the `diff --git` line itself, which is ambiguous where names have spaces.
 */
export function agreeOnNames(
  headerLine: string,
  kind: FilePatch['kind'],
  renamed: { readonly old: string; readonly new: string } | undefined,
  marked: SideNames | undefined,
  line: number,
): SideNames {
  if (marked && (marked.old === undefined) !== (kind === 'add')) {
    refuse('malformed', 'A "--- /dev/null" line and a "new file mode" line need each other.', { line });
  }
  if (marked && (marked.new === undefined) !== (kind === 'delete')) {
    refuse('malformed', 'A "+++ /dev/null" line and a "deleted file mode" line need each other.', { line });
  }
  const known = renamed ?? bothSides(marked);
  const header = readHeaderNames(headerLine.slice(HEADER_PREFIX.length), known, line);
  const expected = known ?? header;
  if (!renamed && expected.old !== expected.new) {
    refuse('malformed', 'The names differ, but there are no "rename from" and "rename to" lines.', { line });
  }
  const isAgreed =
    header.old === expected.old &&
    header.new === expected.new &&
    (!marked || ((marked.old ?? expected.old) === expected.old && (marked.new ?? expected.new) === expected.new));
  if (!isAgreed) refuse('malformed', `The names of the header disagree: ${excerpt(headerLine)}.`, { line });
  return { old: kind === 'add' ? undefined : expected.old, new: kind === 'delete' ? undefined : expected.new };
}

/** The path of a name, refused where it is not fit for a repository. */
export function readPath(name: string | undefined, line: number): string | undefined {
  if (name === undefined) return undefined;
  const path = pathOfName(name);
  if (path === undefined) refuse('unsafe-path', `The path ${excerpt(name)} is not UTF-8.`, { line });
  const problem = findPathProblem(path);
  if (problem !== undefined) refuse('unsafe-path', `The path ${excerpt(path)} ${problem}.`, { line, path });
  return path;
}

function bothSides(marked: SideNames | undefined): { readonly old: string; readonly new: string } | undefined {
  const name = marked?.old ?? marked?.new;
  return name === undefined ? undefined : { old: marked?.old ?? name, new: marked?.new ?? name };
}

/** Names of `a/OLD b/NEW`. Without quotes the split is where both are as known, or where both are the same. */
function readHeaderNames(
  text: string,
  known: { readonly old: string; readonly new: string } | undefined,
  line: number,
): { readonly old: string; readonly new: string } {
  const split = splitHeader(text, known);
  if (!split) refuse('malformed', `Expected "${HEADER_PREFIX}a/FILE b/FILE", got ${excerpt(text)}.`, { line });
  return {
    old: withoutPrefix(wholeName(split[0], line), 'a/', line),
    new: withoutPrefix(wholeName(split[1], line), 'b/', line),
  };
}

function splitHeader(
  text: string,
  known: { readonly old: string; readonly new: string } | undefined,
): readonly [string, string] | undefined {
  let at: number;
  if (text.startsWith('"')) at = readQuotedName(text)?.length ?? -1;
  else if (text.endsWith('"')) at = text.indexOf(' "');
  else if (known) at = 'a/'.length + known.old.length;
  else at = (text.length - 1) / 2;
  return text[at] === ' ' ? [text.slice(0, at), text.slice(at + 1)] : undefined;
}

/** The name that a token is: C-quoted as a whole, or as it stands. */
export function wholeName(token: string, line: number): string {
  if (token.startsWith('"')) {
    const quoted = readQuotedName(token);
    if (quoted?.length === token.length) return quoted.name;
  } else if (token !== '' && !hasControlCharacter(token)) {
    return token;
  }
  refuse('malformed', `Expected a file name, got ${excerpt(token)}.`, { line });
}

function hasControlCharacter(token: string): boolean {
  for (let at = 0; at < token.length; at += 1) if (token.charCodeAt(at) < 0x20) return true;
  return false;
}

function withoutPrefix(name: string, prefix: string, line: number): string {
  if (name.startsWith(prefix)) return name.slice(prefix.length);
  refuse('malformed', `Expected a name that begins with ${prefix}, got ${excerpt(name)}.`, { line });
}
