import type { Operator } from '../operator.js';
import { swapTokens } from '../swap-tokens.js';

/** Turns a comparison round or into its negation. */
export const comparisonSwap: Operator = swapTokens({
  name: 'comparison-swap',
  description: 'Turns a comparison into its opposite: == and !=, < and > or >=, in and not in.',
  parents: ['comparison_operator'],
  replacements: {
    '==': ['!='],
    '!=': ['=='],
    '<': ['>', '>='],
    '>': ['<', '<='],
    '<=': ['>=', '>'],
    '>=': ['<=', '<'],
    in: ['not in'],
    'not in': ['in'],
  },
});
