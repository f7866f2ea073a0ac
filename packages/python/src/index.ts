export { applyEdits, type Operator, type TextEdit } from './operator.js';
export { OPERATORS } from './operators.js';
export {
  functionsOf,
  hasSyntaxError,
  type PythonFunction,
  type PythonModule,
  parsePython,
  type SyntaxNode,
  type TextRange,
} from './syntax.js';
