import type { Policy } from '@swe-selfplay/adapter';

/**
 * Who plays a role in a group of samples: one policy, or one for the first sample and one for the others. A policy is
 * opened for one temperature, so sampling settings such as Kimi-Dev's, 0 for the first and 1 for the others, are two.
 */
export type RolePolicies = Policy | { readonly first: Policy; readonly others: Policy };

/** The policy of a sample, counted from 0. */
export function policyOf(policies: RolePolicies, index: number): Policy {
  if ('respond' in policies) return policies;
  return index === 0 ? policies.first : policies.others;
}
