import type { Operator } from '../operator.js';
import { swapTokens } from '../swap-tokens.js';

/** Takes the boundary into a comparison, or out of it. */
export const comparisonBoundary: Operator = swapTokens({
  name: 'comparison-boundary',
  description: 'Takes the boundary into a comparison or out of it: < and <=, > and >=.',
  parents: ['comparison_operator'],
  replacements: { '<': ['<='], '<=': ['<'], '>': ['>='], '>=': ['>'] },
});
