import { SelectionError } from './selection-error.js';

/** One task: what was chosen among its attempts, and how these were graded in the end. */
export interface SelectedGroup {
  /**
   * Whether the chosen attempt is solved; false also where nothing was chosen; null where infrastructure kept the chosen
   * one from being graded.
   */
  readonly chosen: boolean | null;
  /** Attempts that solve the task. */
  readonly solved: number;
  /** Attempts that were graded; those that broken infrastructure ended are not among them. */
  readonly graded: number;
}

/** Means are over groups with a graded attempt, each group weighing the same; undefined where there is none. */
export interface SelectionSummary {
  /** Groups with at least one graded attempt. */
  readonly groups: number;
  /** Of these, groups whose choice was graded. */
  readonly chosen: number;
  /** Of these, groups whose choice is solved. */
  readonly solved: number;
  /** Share of groups whose choice is solved, 0..1; a group without a graded choice is left out. */
  readonly solvedAtOne: number | undefined;
  /** What choosing blindly would give: the mean share of solved attempts, 0..1. */
  readonly chance: number | undefined;
  /** What choosing perfectly would give: the share of groups with a solved attempt (pass@graded), 0..1. */
  readonly anySolved: number | undefined;
}

/**
 * How well choices were made, against blind and perfect ones. A group without any graded attempt is left out of
 * everything. Throws SelectionError `invalid-candidate`, naming the group, for counts that cannot be.
 */
export function summariseSelection(groups: readonly SelectedGroup[]): SelectionSummary {
  groups.forEach(checkGroup);
  const graded = groups.filter((group) => group.graded > 0);
  const chosen = graded.filter((group) => group.chosen !== null);
  const solved = chosen.filter((group) => group.chosen === true);
  return {
    groups: graded.length,
    chosen: chosen.length,
    solved: solved.length,
    solvedAtOne: mean(chosen.map((group) => Number(group.chosen))),
    chance: mean(graded.map((group) => group.solved / group.graded)),
    anySolved: mean(graded.map((group) => Number(group.solved > 0))),
  };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function checkGroup({ chosen, solved, graded }: SelectedGroup, index: number): void {
  const areCounts = Number.isSafeInteger(solved) && Number.isSafeInteger(graded) && solved >= 0 && solved <= graded;
  if (!areCounts || (chosen === true && solved === 0))
    throw new SelectionError(
      'invalid-candidate',
      `Expected group ${index} to be possible, got a choice ${chosen} of ${solved} solved of ${graded} graded.`,
    );
}
