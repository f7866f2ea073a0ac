import type { Operator } from './operator.js';
import { argumentSwap } from './operators/argument-swap.js';
import { arithmeticSwap } from './operators/arithmetic-swap.js';
import { augmentedAssignment } from './operators/augmented-assignment.js';
import { booleanConnective } from './operators/boolean-connective.js';
import { booleanConstant } from './operators/boolean-constant.js';
import { branchSwap } from './operators/branch-swap.js';
import { breakContinue } from './operators/break-continue.js';
import { builtinSwap } from './operators/builtin-swap.js';
import { clauseDrop } from './operators/clause-drop.js';
import { comparisonBoundary } from './operators/comparison-boundary.js';
import { comparisonSwap } from './operators/comparison-swap.js';
import { conditionNegation } from './operators/condition-negation.js';
import { constantOffByOne } from './operators/constant-off-by-one.js';
import { defaultArgument } from './operators/default-argument.js';
import { loopRange } from './operators/loop-range.js';
import { nameSwap } from './operators/name-swap.js';
import { noneCheck } from './operators/none-check.js';
import { operandDrop } from './operators/operand-drop.js';
import { returnValue } from './operators/return-value.js';
import { sliceBoundary } from './operators/slice-boundary.js';
import { statementDrop } from './operators/statement-drop.js';
import { statementOrder } from './operators/statement-order.js';
import { stringConstant } from './operators/string-constant.js';

/** Every operator, the most telling first. A new operator is one file and one line here. */
export const OPERATORS: readonly Operator[] = [
  comparisonBoundary,
  comparisonSwap,
  conditionNegation,
  booleanConnective,
  noneCheck,
  constantOffByOne,
  arithmeticSwap,
  booleanConstant,
  sliceBoundary,
  loopRange,
  returnValue,
  branchSwap,
  builtinSwap,
  argumentSwap,
  nameSwap,
  augmentedAssignment,
  breakContinue,
  defaultArgument,
  stringConstant,
  statementOrder,
  statementDrop,
  operandDrop,
  clauseDrop,
];
