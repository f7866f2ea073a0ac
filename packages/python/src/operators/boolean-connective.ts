import type { Operator } from '../operator.js';
import { swapTokens } from '../swap-tokens.js';

/** Swaps `and` and `or`. */
export const booleanConnective: Operator = swapTokens({
  name: 'boolean-connective',
  description: 'Swaps and with or.',
  parents: ['boolean_operator'],
  replacements: { and: ['or'], or: ['and'] },
});
