/** One of the changes to GRPO that DeepSWE is made of. */
export interface GrpoPiece {
  readonly piece: string;
  /** Whose idea it is. */
  readonly from: string;
  /** What computes it here; null for what is merely left away. */
  readonly by: string | null;
}

/** The seven pieces of GRPO++ (together.ai/blog/deepswe), which `METHOD_PRESETS.deepswe` puts together. */
export const GRPO_PLUS_PLUS: readonly GrpoPiece[] = [
  { piece: 'clip high: 0.28 above, 0.2 below', from: 'DAPO, arXiv 2503.14476', by: 'clippedPolicyTerm' },
  { piece: 'no KL loss', from: 'DAPO, arXiv 2503.14476', by: null },
  { piece: 'no deviation of rewards', from: 'Dr.GRPO, arXiv 2503.20783', by: 'leaveOneOutAdvantages' },
  { piece: 'length normalisation by a constant', from: 'Dr.GRPO, arXiv 2503.20783', by: 'aggregateLoss' },
  { piece: 'leave one out', from: 'LOOP, arXiv 2502.01600, and RLOO, arXiv 2402.14740', by: 'leaveOneOutAdvantages' },
  { piece: 'compact filtering by how an episode ended', from: 'DeepSWE', by: 'compactMasks' },
  { piece: 'no entropy loss', from: 'DeepSWE', by: null },
];
