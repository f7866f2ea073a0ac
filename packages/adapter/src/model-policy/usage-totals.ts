import type { TokenUsage } from '@swe-selfplay/trajectory';

/** What a policy has used since it was opened, probes and samples that were thrown away included. */
export interface UsageTotals {
  promptTokens: number;
  completionTokens: number;
  /** Of the prompt tokens, where the server says it. */
  cachedTokens: number;
  requests: number;
  retries: number;
}

export function createUsageTotals(): UsageTotals {
  return { promptTokens: 0, completionTokens: 0, cachedTokens: 0, requests: 0, retries: 0 };
}

export function addUsage(totals: UsageTotals, usage: TokenUsage | null): void {
  totals.promptTokens += usage?.prompt_tokens ?? 0;
  totals.completionTokens += usage?.completion_tokens ?? 0;
  totals.cachedTokens += usage?.cached_tokens ?? 0;
}
