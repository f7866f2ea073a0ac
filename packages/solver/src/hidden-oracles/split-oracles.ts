import { type FileEntry, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import { namesIn, removeFunctions } from '@swe-selfplay/python';
import { choosePrivate } from './choose-private.js';
import { findUnits, type OracleUnit } from './find-units.js';
import type { HiddenOracleRequest, HiddenOracles } from './hidden-oracles.js';
import { locateTests } from './locate-tests.js';
import { type FileState, type OracleFile, readOracleFiles } from './oracle-file.js';

export interface OraclesToSplit {
  readonly buggy: Snapshot;
  readonly weakened: Snapshot;
  /** Files that the weakening touches. */
  readonly weakenedFiles: readonly string[];
  /** Files that grading restores. */
  readonly testFiles: readonly string[];
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
}

export type OracleSplit =
  | {
      readonly status: 'split';
      readonly oracles: Extract<HiddenOracles, { status: 'split' }>;
      /** As `oracles.private`, and the ids of PASS_TO_PASS that go with the same functions and files. */
      readonly hiddenIds: readonly string[];
      /** The weakened state, and the state that the specification leads to, both without the private tests. */
      readonly task: Snapshot;
      readonly specified: Snapshot;
    }
  | Extract<HiddenOracles, { status: 'not-split' }>;

/**
 * Splits FAIL_TO_PASS by seed. Private tests are taken out of both states as whole functions, or as whole files where
 * functions cannot be told apart; so the difference of the states, the specification, holds nothing of them.
 */
export async function splitOracles(oracles: OraclesToSplit, request: HiddenOracleRequest): Promise<OracleSplit> {
  const { buggy, weakened, failToPass, testFiles } = oracles;
  if (request.share === 0) return notSplit('No share of the failing tests is to be private.');
  if (failToPass.length < 2) return notSplit(`Expected 2 failing tests or more to split, got ${failToPass.length}.`);

  const files = await readOracleFiles(buggy, weakened, [...oracles.weakenedFiles, ...testFiles]);
  const { units, obstacles } = findUnits(files, testFiles, failToPass);
  const stuck = new Set<string>();
  for (;;) {
    const movable = units.filter(({ path }) => !stuck.has(path));
    const chosen = choosePrivate(movable, failToPass.length, request);
    if (chosen.length === 0) return notSplit(whyNot(movable, obstacles, stuck));
    const changes = files.map((file) => ({ path: file.path, states: withoutUnits(file, chosen) }));
    const failed = changes.filter(({ states }) => states === undefined);
    for (const { path } of failed) stuck.add(path);
    if (failed.length > 0) continue;

    const entries = (side: 'weak' | 'full') =>
      changes.flatMap(({ path, states }) => (states?.[side] === undefined ? [] : [[path, states[side]] as const]));
    const [task, specified] = [withFiles(weakened, entries('weak')), withFiles(buggy, entries('full'))];
    if (task.digest === specified.digest) return notSplit('No weakened test would be left to show.');
    return { status: 'split', ...idsOf(oracles, files, chosen), task, specified };
  }
}

interface ChangedStates {
  /** Undefined: as it is. */
  readonly weak: FileEntry | null | undefined;
  readonly full: FileEntry | null | undefined;
}

/** The states of a file without its private tests; undefined where they cannot be taken out. */
function withoutUnits(file: OracleFile, chosen: readonly OracleUnit[]): ChangedStates | undefined {
  const own = chosen.filter(({ path }) => path === file.path);
  if (own.length === 0) return { weak: undefined, full: undefined };
  const names = new Set(own.flatMap(({ qualifiedName }) => qualifiedName ?? []));
  if (names.size < own.length) return { weak: null, full: null };
  const [weak, full] = [withoutFunctions(file.weak, names), withoutFunctions(file.full, names)];
  return weak && full && { weak, full };
}

function withoutFunctions(state: FileState | undefined, names: ReadonlySet<string>): FileEntry | undefined {
  const rest = state && removeFunctions(state.text, names);
  return rest === undefined ? undefined : { mode: state!.entry.mode, content: Buffer.from(rest, 'utf8') };
}

function idsOf(
  { failToPass, passToPass }: OraclesToSplit,
  files: readonly OracleFile[],
  chosen: readonly OracleUnit[],
): Pick<Extract<OracleSplit, { status: 'split' }>, 'oracles' | 'hiddenIds'> {
  const isPrivate = new Set(chosen.flatMap(({ ids }) => ids));
  const leaves = new Set(chosen.map(({ qualifiedName }) => qualifiedName?.split('.').at(-1)));
  const mayGoAlong = (id: string) => leaves.has(undefined) || [...namesIn(id)].some((name) => leaves.has(name));
  const locations = locateTests(files, passToPass.filter(mayGoAlong));
  const isAlong = (id: string) => {
    const place = locations.functions.get(id);
    return chosen.some(({ path, qualifiedName }) =>
      qualifiedName === undefined
        ? locations.files.get(id) === path
        : place?.path === path && place.qualifiedName === qualifiedName,
    );
  };
  const split = {
    status: 'split',
    public: failToPass.filter((id) => !isPrivate.has(id)),
    private: failToPass.filter((id) => isPrivate.has(id)),
  } as const;
  return { oracles: split, hiddenIds: [...split.private, ...passToPass.filter(isAlong)] };
}

function whyNot(
  movable: readonly OracleUnit[],
  obstacles: ReadonlyMap<string, number>,
  stuck: ReadonlySet<string>,
): string {
  const [only] = movable;
  if (only) return `All failing tests belong together: ${only.qualifiedName ?? only.path}.`;
  const reasons = [...obstacles].map(([reason, count]) => `${count} ${reason}`);
  for (const path of stuck) reasons.push(`those in ${path} cannot be taken out`);
  return `No failing test can be kept apart: ${reasons.join('; ')}.`;
}

function notSplit(reason: string): Extract<OracleSplit, { status: 'not-split' }> {
  return { status: 'not-split', reason };
}
