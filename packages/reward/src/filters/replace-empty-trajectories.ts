/** What is asked of a trajectory: how many messages it has and how it ended. */
export interface EndedTrajectory {
  readonly messages: number;
  readonly end: string;
}

/**
 * What SkyRL-Agent's code does to trajectories without messages (`agents/base.py`), so that a batch keeps its shape: each
 * becomes a copy of the first of its group that has some, and ends as a runtime error (`end`), which its mask list takes
 * out of the loss. The copy's reward is its sibling's and counts in the baseline. In a group that has none, each member
 * becomes a copy of the member at its place, modulo, of the first group in which all have some; where there is no such
 * group, nothing changes. Other ways here leave such a trajectory without a reward, out of its group.
 */
export function replaceEmptyTrajectories<Trajectory extends EndedTrajectory>(
  groups: readonly (readonly Trajectory[])[],
  end: string = 'sandbox-failed',
): Trajectory[][] {
  const complete = groups.find((group) => group.length > 0 && group.every(hasMessages));
  return groups.map((group) => {
    const sibling = group.find(hasMessages);
    return group.map((trajectory, index) => {
      if (hasMessages(trajectory)) return trajectory;
      const original = sibling ?? complete?.[index % complete.length];
      return original === undefined ? trajectory : { ...original, end };
    });
  });
}

function hasMessages({ messages }: EndedTrajectory): boolean {
  return messages > 0;
}
