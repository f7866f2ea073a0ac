import { join } from 'node:path';
import { counted } from '../printable.js';
import type { ConversationSummary } from '../run-record.js';
import type { TokenPrice } from './policy-options.js';

/** What tokens cost; a role may have a price of its own. */
export interface RolePrices {
  readonly price?: TokenPrice;
  readonly injectorPrice?: TokenPrice;
  readonly solverPrice?: TokenPrice;
}

/** What the conversations of one role came to. */
export interface RoleUsage {
  readonly role: 'injector' | 'solver';
  readonly episodes: number;
  readonly turns: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly retries: number;
  readonly formatErrors: number;
  /** Null where no price was given. */
  readonly costUsd: number | null;
}

/** Adds up conversations; undefined where there were none. */
export function usageOf(
  role: RoleUsage['role'],
  conversations: readonly (ConversationSummary | null)[],
  { price: common, injectorPrice, solverPrice }: RolePrices,
): RoleUsage | undefined {
  const held = conversations.filter((conversation) => conversation !== null);
  if (held.length === 0) return undefined;
  const sum = (key: 'turns' | 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'retries' | 'formatErrors') =>
    held.reduce((total, conversation) => total + conversation[key], 0);
  const price = (role === 'injector' ? injectorPrice : solverPrice) ?? common;
  const promptTokens = sum('promptTokens');
  const completionTokens = sum('completionTokens');
  return {
    role,
    episodes: held.length,
    turns: sum('turns'),
    promptTokens,
    completionTokens,
    cachedTokens: sum('cachedTokens'),
    retries: sum('retries'),
    formatErrors: sum('formatErrors'),
    costUsd:
      price === undefined
        ? null
        : (promptTokens * price.promptUsd + completionTokens * price.completionUsd) / 1_000_000,
  };
}

/** A line for each role that had conversations, one for both, and where they are written down. */
export function describeUsage(usages: readonly RoleUsage[], folder: string): string[] {
  const lines = usages.map(({ role, episodes, turns, promptTokens, completionTokens, cachedTokens, ...rest }) => {
    const tokens = `${grouped(promptTokens)} prompt tokens (${grouped(cachedTokens)} cached), ${grouped(completionTokens)} completion tokens`;
    const trouble = [
      rest.retries > 0 ? counted(rest.retries, 'repeated request') : '',
      rest.formatErrors > 0 ? counted(rest.formatErrors, 'format error') : '',
      rest.costUsd === null ? '' : `${rest.costUsd.toFixed(4)} USD`,
    ].filter((part) => part !== '');
    return [`${role}: ${counted(episodes, 'episode')}, ${counted(turns, 'turn')}, ${tokens}`, ...trouble].join(', ');
  });
  if (usages.length === 0) return [];
  const total = usages.length < 2 ? [] : [describeTotal(usages)];
  return [...lines, ...total, `trajectories: ${join(folder, 'trajectories.jsonl')}`];
}

function describeTotal(usages: readonly RoleUsage[]): string {
  const sum = (value: (usage: RoleUsage) => number) => usages.reduce((total, usage) => total + value(usage), 0);
  const tokens = grouped(sum(({ promptTokens, completionTokens }) => promptTokens + completionTokens));
  const costs = usages.map(({ costUsd }) => costUsd).filter((cost) => cost !== null);
  const cost = costs.length < usages.length ? '' : `, ${costs.reduce((total, part) => total + part, 0).toFixed(4)} USD`;
  return `both roles: ${tokens} tokens${cost}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
