import { homedir, tmpdir } from 'node:os';

/** Escape sequences of terminals; then all control characters but tab and line feed, and what reorders or hides text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const TERMINAL_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/g;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Top directories in which no path of a repository begins, yet those of machines do. */
const MACHINE_PATH =
  /(?<![\w.~/-])\/+(?:usr|opt|home|root|tmp|var|proc|sys|dev|etc|mnt|media|srv|run|lib|lib64|private|nix|workspace|Users|Volumes)\/[^\s"'`,;()<>[\]{}|]*/g;
const ABSOLUTE_PATH = /(?<![\w.~/-])\/[^/\s"'`,;:()<>[\]{}|][^\s"'`,;:()<>[\]{}|]*/g;
const ADDRESS = /\b0x[0-9a-f]{6,16}\b/gi;
const DURATION = /\b\d+(?:\.\d+)? ?(ms|s|secs?|seconds?)\b/g;

/**
 * What code under test wrote, fit to be shown: no control characters, no terminal sequences, nothing that reorders text,
 * at most `maxCharacters` UTF-16 units with a mark where it was cut.
 */
export function printableText(text: string, maxCharacters: number): string {
  // Hostile text is cut before it is searched; what is taken out of it may be a multiple of what is shown.
  const bounded = text.length > 8 * maxCharacters ? text.slice(0, 8 * maxCharacters) : text;
  const clean = bounded
    .replaceAll('\r\n', '\n')
    .replace(TERMINAL_SEQUENCE, '')
    .replace(UNPRINTABLE, (sign) => (sign === '\n' || sign === '\t' ? sign : ''));
  if (clean.length <= maxCharacters && bounded.length === text.length) return clean;
  return `${clean.slice(0, maxCharacters).replace(/\p{Cs}$/u, '')} [...]`;
}

/** The same on one line. */
export function printableLine(text: string, maxCharacters: number): string {
  return printableText(text, maxCharacters).replace(/\s+/g, ' ').trim();
}

/**
 * Text without what differs from machine to machine and from run to run: absolute paths of files of the repository become
 * relative ones, other paths of the machine, addresses in memory and durations are blotted out.
 */
export function withoutMachine(text: string, repositoryPaths: ReadonlySet<string>): string {
  const places = [tmpdir(), homedir(), process.cwd()].filter((place) => place.length > 1);
  const relative = text.replace(ABSOLUTE_PATH, (path) => knownTail(path, repositoryPaths) ?? path);
  return places
    .reduce((remaining, place) => remaining.replaceAll(place, '/tmp/'), relative)
    .replace(MACHINE_PATH, '<path>')
    .replace(ADDRESS, '<address>')
    .replace(DURATION, (_, unit: string) => `<time> ${unit}`);
}

/** Text between fences that nothing in it can close. */
export function fenced(text: string, language = ''): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}

function knownTail(path: string, known: ReadonlySet<string>): string | undefined {
  const parts = path.split('/').slice(-64);
  for (let first = 0; first < parts.length; first += 1) {
    const tail = parts.slice(first).join('/');
    if (known.has(tail)) return tail;
  }
  return undefined;
}
