import { checkedBound, checkedFinite } from '../checked-numbers.js';

/**
 * The k3 estimate of the KL divergence from a reference policy at one token (GRPO, arXiv 2402.03300, Eq. 4):
 * exp(d) - d - 1 with d the reference's log-probability minus the policy's. Never negative, 0 where they agree. At most
 * `maximum`, default no bound; verl's `low_var_kl` has 10. Throws RewardError `not-finite`,
 * `option-out-of-range`.
 */
export function klK3(
  logProbability: number,
  referenceLogProbability: number,
  maximum: number = Number.POSITIVE_INFINITY,
): number {
  const d =
    checkedFinite('referenceLogProbability', referenceLogProbability) - checkedFinite('logProbability', logProbability);
  return Math.min(Math.abs(d) < 0.01 ? seriesAtZero(d) : Math.expm1(d) - d, checkedBound('maximum', maximum));
}

/** d^2/2 + d^3/6 + ... : near 0, where policies mostly are, the difference above would lose its digits. */
function seriesAtZero(d: number): number {
  let tail = 1;
  for (let order = 9; order > 2; order--) tail = 1 + (tail * d) / order;
  return (tail * d * d) / 2;
}
