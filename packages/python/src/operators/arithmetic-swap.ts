import type { Operator } from '../operator.js';
import { swapTokens } from '../swap-tokens.js';

/** Puts a related arithmetic or bitwise operator in place of another. */
export const arithmeticSwap: Operator = swapTokens({
  name: 'arithmetic-swap',
  description: 'Swaps an arithmetic or bitwise operator for a related one: + and -, * and /, // and %, & and |.',
  parents: ['binary_operator'],
  replacements: {
    '+': ['-', '*'],
    '-': ['+'],
    '*': ['/', '+', '**'],
    '/': ['*', '//'],
    '//': ['/', '%'],
    '%': ['//'],
    '**': ['*'],
    '<<': ['>>'],
    '>>': ['<<'],
    '&': ['|', '^'],
    '|': ['&', '^'],
    '^': ['&', '|'],
  },
});
