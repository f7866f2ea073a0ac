import { injectorReward } from './injector-reward.js';
import { RewardError } from './reward-error.js';
import { checkedAlpha, checkedGroupSize, type GroupOptions } from './reward-options.js';
import { type AttemptCounts, countAttempts, solveRate } from './solve-rate.js';
import { solverReward } from './solver-reward.js';

/** An injector's episode; `infra`: broken infrastructure kept it from being judged. */
export type InjectorEpisode = {
  readonly id: string;
  readonly role: 'injector';
  /** Names the episodes whose rewards are compared, such as a repository and a seed. */
  readonly groupId: string;
} & (
  | { readonly status: 'valid'; readonly bugId: string }
  | { readonly status: 'invalid' | 'gave-up' | 'infra'; readonly bugId?: string | undefined }
);

/** A solver's episode. Its group is its bug. */
export interface SolverEpisode {
  readonly id: string;
  readonly role: 'solver';
  readonly bugId: string;
  /** 1 for a bug from an injector, 2 for one made of a failed attempt. */
  readonly order: 1 | 2;
  readonly status: 'solved' | 'unsolved' | 'infra' | 'pending';
}

export type Episode = InjectorEpisode | SolverEpisode;

export interface SettleOptions extends GroupOptions {
  /** Bugs that get no further attempts, however few there are. */
  readonly closed?: Iterable<string> | undefined;
}

/** What an episode earns, as far as it is known. */
export interface Settlement {
  readonly id: string;
  readonly role: 'injector' | 'solver';
  readonly groupId: string;
  /** `pending`: the reward is still to come. `unscorable`: none will come; the episode leaves its group. */
  readonly status: 'settled' | 'pending' | 'unscorable';
  /** Null unless settled. Null is not zero: there is nothing to learn from. */
  readonly reward: number | null;
  /** What the reward is made of; a name is missing where its number is not known. */
  readonly components: RewardComponents;
  /** Whether no known member of the group is pending, and a bug of order 1 has had all its attempts. */
  readonly isGroupSettled: boolean;
}

/** Named as in records of trajectories. */
export interface RewardComponents {
  /** Of an injector, 1 or 0. */
  readonly valid?: number;
  /** Share of graded attempts that solved the bug, 0..1. */
  readonly solve_rate?: number;
  /** Attempts that were graded so far; of a solver 1. */
  readonly graded?: number;
  /** Attempts that solved the bug so far; of a solver 1 or 0. */
  readonly solved?: number;
}

/**
 * Settles the rewards of episodes that a trainer plays by itself, in any order: what is known of them goes in, what
 * follows from it comes out, one settlement for each id in the order in which ids first occur. Of several records of one
 * id the last one holds, so a list may simply be continued.
 *
 * An injector's artifact that is invalid, or was never handed in, is worth -1 at once (SSR Eq. 1). A valid one waits for
 * `groupSize` attempts of order 1 on its bug to have ended, or for its bug to be closed, and for every attempt that is
 * known to be pending. Attempts that broken infrastructure ended leave the group with one fewer; where none is left, the
 * artifact is unscorable. Attempts on bugs of order 2 never count.
 *
 * Throws RewardError for options out of range and, `bug-id-missing`, for a valid artifact that does not say its bug.
 */
export function settleRewards(episodes: Iterable<Episode>, options: SettleOptions = {}): Settlement[] {
  checkedAlpha(options.alpha);
  const groupSize = checkedGroupSize(options.groupSize);
  const closed = new Set(options.closed);
  const known = [...new Map(Array.from(episodes, (episode) => [episode.id, episode])).values()];
  const bugs = collectBugs(known);

  const isDone = (bugId: string): boolean => {
    const { ended, isPending } = bugs.get(bugId) ?? NO_ATTEMPTS;
    return !isPending && (ended.length >= groupSize || closed.has(bugId));
  };
  const settlements = known.map((episode) =>
    episode.role === 'solver'
      ? settleSolver(episode)
      : settleInjector(episode, options, (bugId) =>
          isDone(bugId) ? countAttempts((bugs.get(bugId) ?? NO_ATTEMPTS).ended) : undefined,
        ),
  );

  const unsettled = new Set(settlements.filter(({ status }) => status === 'pending').map(groupKey));
  for (const episode of known)
    if (episode.role === 'solver' && episode.order === 1 && !isDone(episode.bugId))
      unsettled.add(groupKey({ role: 'solver', groupId: episode.bugId }));
  return settlements.map((settlement) => ({ ...settlement, isGroupSettled: !unsettled.has(groupKey(settlement)) }));
}

type EndedAttempt = { readonly status: 'solved' | 'unsolved' | 'infra' };

interface BugAttempts {
  readonly ended: EndedAttempt[];
  isPending: boolean;
}

const NO_ATTEMPTS: Readonly<BugAttempts> = { ended: [], isPending: false };

/** The attempts of order 1 on each bug. */
function collectBugs(episodes: readonly Episode[]): Map<string, BugAttempts> {
  const bugs = new Map<string, BugAttempts>();
  for (const episode of episodes) {
    if (episode.role !== 'solver' || episode.order !== 1) continue;
    const bug = bugs.get(episode.bugId) ?? { ended: [], isPending: false };
    bugs.set(episode.bugId, bug);
    if (episode.status === 'pending') bug.isPending = true;
    else bug.ended.push({ status: episode.status });
  }
  return bugs;
}

type Unfinished = Omit<Settlement, 'isGroupSettled'>;

function settleSolver({ id, bugId, status }: SolverEpisode): Unfinished {
  const pending = { id, role: 'solver', groupId: bugId, status: 'pending', reward: null, components: {} } as const;
  if (status === 'pending') return pending;
  const reward = solverReward({ status });
  if (reward === undefined) return { ...pending, status: 'unscorable' };
  return { ...pending, status: 'settled', reward, components: { graded: 1, solved: status === 'solved' ? 1 : 0 } };
}

/** `finalCounts`: of the attempts on a bug; undefined while there are more to come. */
function settleInjector(
  episode: InjectorEpisode,
  options: GroupOptions,
  finalCounts: (bugId: string) => AttemptCounts | undefined,
): Unfinished {
  const { id, groupId, status } = episode;
  const unscorable = { id, role: 'injector', groupId, status: 'unscorable', reward: null, components: {} } as const;
  if (status === 'infra') return unscorable;
  if (status !== 'valid') {
    const reward = injectorReward({ valid: false }, options) ?? null;
    return { ...unscorable, status: 'settled', reward, components: { valid: 0 } };
  }
  if (episode.bugId === undefined)
    throw new RewardError('bug-id-missing', `Expected the valid injector episode ${id} to say its bugId.`);
  const counts = finalCounts(episode.bugId);
  if (counts === undefined) return { ...unscorable, status: 'pending', components: { valid: 1 } };
  const rate = solveRate(counts);
  if (rate === undefined) return { ...unscorable, components: { valid: 1, ...counts } };
  const reward = injectorReward({ valid: true, solveRate: rate }, options) ?? null;
  return { ...unscorable, status: 'settled', reward, components: { valid: 1, solve_rate: rate, ...counts } };
}

function groupKey({ role, groupId }: Pick<Settlement, 'role' | 'groupId'>): string {
  return `${role} ${groupId}`;
}
