import { describeRemedy } from './describe-remedy.js';
import type { LeakFinding, LeakKind } from './leak-audit.js';
import { asSource, isDisposable, isInstalled, metadataPlace, placeToHide } from './leak-places.js';
import type { RemovedText } from './removed-text.js';
import type { LeakHit } from './search-workspace.js';

/** A file with so many of the lines of the original of another is a copy of it. */
const COPY_KINSHIP = 0.3;
/** A share of a few lines is no sign of a copy. */
const MIN_COPIED_LINES = 8;
/** In a copy a removed line counts however usual it is, but not `try:`. */
const MIN_COPIED_CHARACTERS = 8;
/** What more unrelated files hold is common and tells nothing. */
const MAX_UNRELATED_HOLDERS = 4;
/** Code that somebody wrote has lines in common: one that tells alone has to be longer, or in company. */
const MIN_ALONE_CHARACTERS = 40;
const MIN_LINES_TOGETHER = 2;
const MAX_EVIDENCE = 3;

export interface JudgedPlaces {
  readonly workdir: string;
  readonly removed: readonly RemovedText[];
  /** Paths that are never taken out of the workspace: grading decides on them. */
  readonly keptPaths: ReadonlySet<string>;
}

/** What the hits of a search mean: which of them are leaks, and what is to be done. */
export function judgeHits(hits: readonly LeakHit[], places: JudgedPlaces): LeakFinding[] {
  const holders = countHolders(hits, places.removed);
  // Bytecode that cannot be compared is what the source beside it says.
  const sources = new Set(hits.map(({ path, file }) => `${file} ${path}`));
  const telling = hits.filter((hit) => !hit.version || !sources.has(`${hit.file} ${asSource(hit.path)}`));
  const findings = telling.map((hit) =>
    judge(hit, places, (what) => (holders.get(what)?.size ?? 0) <= MAX_UNRELATED_HOLDERS),
  );
  return mergePlaces(findings.filter((finding) => finding !== undefined)).sort(
    (a, b) => Number(b.isLeak) - Number(a.isLeak) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}

/** One finding for each place and file of the original: of an archive that of the innermost member. */
function mergePlaces(findings: readonly LeakFinding[]): LeakFinding[] {
  const places = new Map<string, LeakFinding>();
  for (const finding of findings) {
    const key = `${finding.path}\0${finding.file}`;
    const other = places.get(key);
    const [inner, outer] = other && other.within.length >= finding.within.length ? [other, finding] : [finding, other];
    const evidence = [...new Set([...inner.evidence, ...(outer?.evidence ?? [])])].slice(0, MAX_EVIDENCE);
    places.set(key, { ...inner, evidence });
  }
  return [...places.values()];
}

/** Which unrelated files hold each line and each window. */
function countHolders(hits: readonly LeakHit[], removed: readonly RemovedText[]): Map<string, Set<string>> {
  const holders = new Map<string, Set<string>>();
  for (const hit of hits) {
    if (isKin(hit, hit.file === null ? undefined : removed[hit.file])) continue;
    for (const what of [...keysOf(hit, 'lines'), ...keysOf(hit, 'windows')])
      holders.set(what, (holders.get(what) ?? new Set()).add(hit.path));
  }
  return holders;
}

function keysOf(hit: LeakHit, of: 'lines' | 'windows'): string[] {
  return (hit[of] ?? []).map((index) => `${hit.file} ${of} ${index}`);
}

function isKin(hit: LeakHit, removed: RemovedText | undefined): boolean {
  const kinship = hit.kinship ?? 0;
  return kinship >= COPY_KINSHIP && kinship * (removed?.all.length ?? 0) >= MIN_COPIED_LINES;
}

function judge(hit: LeakHit, places: JudgedPlaces, isRare: (what: string) => boolean): LeakFinding | undefined {
  const removed = hit.file === null ? undefined : places.removed[hit.file];
  const inside = insideOf(hit.path, places.workdir);
  const evidence = evidenceOf(hit, removed, inside, isRare);
  const isCopy =
    inside === undefined && isInstalled(hit.path) && isKin(hit, removed) && isNamedAlike(hit.path, removed);
  if (evidence.length === 0 && !isCopy) return undefined;
  const isLeak = evidence.length > 0;
  const kind = kindOf(hit, inside);
  const base = { kind, path: hit.path, within: hit.within, file: removed?.path, isLeak };
  const scrubbing = scrubbingOf(kind, inside, places.keptPaths);
  return {
    ...base,
    evidence: isLeak
      ? evidence
      : [`${Math.round((hit.kinship ?? 0) * 100)} % of the lines of ${removed!.path}, none of them removed`],
    scrubbing,
    remedy: describeRemedy(kind, hit.path, removed?.path, scrubbing, isLeak),
  };
}

function evidenceOf(
  hit: LeakHit,
  removed: RemovedText | undefined,
  inside: string | undefined,
  isRare: (what: string) => boolean,
): string[] {
  if (removed === undefined) return aboutNone(hit, inside);
  if (hit.isExact) return [`the whole of ${removed.path}`];
  if (hit.functions) return hit.functions.slice(0, MAX_EVIDENCE).map((name) => `the bytecode of ${name}`);
  if (hit.names) return hit.names.slice(0, MAX_EVIDENCE).map((name) => `the name ${name}`);
  if (hit.version) return [`bytecode of ${removed.path} made by another version of Python, which cannot be compared`];

  const lines = hit.lines ?? [];
  // What the task has in place of the file is near to it by nature: there, only what is a find by itself counts.
  const isItself = inside === removed.path && hit.within.length === 0;
  const strong = lines.filter((line) => removed.strong.includes(line) && isRare(`${hit.file} lines ${line}`));
  const isMade = inside !== undefined && isDisposable(inside);
  const telling =
    isItself || isMade || strong.length >= MIN_LINES_TOGETHER
      ? strong
      : strong.filter((line) => removed.lines[line]!.length >= MIN_ALONE_CHARACTERS);
  const windows = (hit.windows ?? []).filter(
    (window) => removed.strongWindows.has(window) && isRare(`${hit.file} windows ${window}`),
  );
  if (isKin(hit, removed) && !isItself) {
    const copied = lines.filter((line) => removed.lines[line]!.length >= MIN_COPIED_CHARACTERS);
    return [...shownLines(removed, copied), ...shownWindows(removed, hit.windows ?? [])].slice(0, MAX_EVIDENCE);
  }
  return [...shownLines(removed, telling), ...shownWindows(removed, windows)].slice(0, MAX_EVIDENCE);
}

function aboutNone(hit: LeakHit, inside: string | undefined): string[] {
  const ids = (hit.blobIds ?? []).map((id) => `the blob id ${id} of the original`);
  if (inside === undefined || metadataPlace(inside) === undefined) return ids;
  return [...ids, ...(hit.words ?? []).map((word) => `the name of the hidden test ${word}`)];
}

function shownLines(removed: RemovedText, lines: readonly number[]): string[] {
  return lines.map((line) => removed.shown[line]!);
}

function shownWindows(removed: RemovedText, windows: readonly number[]): string[] {
  return windows.map((window) => removed.shownWindows[window]!);
}

function isNamedAlike(path: string, removed: RemovedText | undefined): boolean {
  const tail = removed?.path.split('/').slice(-2).join('/');
  return tail !== undefined && asSource(path).endsWith(`/${tail}`);
}

function kindOf(hit: LeakHit, inside: string | undefined): LeakKind {
  if (/^(?:blob|commit|tag) [0-9a-f]{40,}$/.test(hit.within[0] ?? '')) return 'git-object';
  if (inside === undefined && isInstalled(hit.path)) return 'installed-copy';
  if (hit.functions || hit.names || hit.version) return 'bytecode';
  if (hit.within.length > 0) return 'archive';
  if (hit.file === null || (inside !== undefined && metadataPlace(inside) !== undefined)) return 'metadata';
  return 'text';
}

function scrubbingOf(
  kind: LeakKind,
  inside: string | undefined,
  keptPaths: ReadonlySet<string>,
): LeakFinding['scrubbing'] {
  if (inside === undefined) return 'hidden';
  if (keptPaths.has(inside)) return 'none';
  if (kind === 'text') return isDisposable(inside) ? 'deleted' : 'none';
  return 'deleted';
}

/** The path in the workspace, undefined outside. */
export function insideOf(path: string, workdir: string): string | undefined {
  return path.startsWith(`${workdir}/`) ? path.slice(workdir.length + 1) : undefined;
}

export function hiddenPlaceOf(finding: LeakFinding): string {
  return finding.kind === 'git-object' ? finding.path : placeToHide(finding.path, finding.file);
}
