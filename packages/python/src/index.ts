export { type CodeBlock, codeBlocksOf, namesIn } from './code-blocks.js';
export { isQuickToParse } from './is-quick-to-parse.js';
export { addNeutralComments } from './neutral-comments.js';
export { type NormalisedSource, type NormaliseOptions, normaliseSource } from './normalise-source.js';
export { applyEdits, type Operator, type TextEdit } from './operator.js';
export { OPERATORS } from './operators.js';
export { outlineSource, type SourceOutline } from './outline-source.js';
export { type Removal, type RemovalKind, removalsOf } from './removals.js';
export { removeFunctions } from './remove-functions.js';
export { removeStatement } from './remove-statement.js';
export { definedNames, isLibraryPath, isModulePath, moduleNameOf, wordsOf } from './source-files.js';
export {
  functionsOf,
  hasSyntaxError,
  type PythonFunction,
  type PythonModule,
  parsePython,
  parsePythonWithin,
  type SyntaxNode,
  type TextRange,
} from './syntax.js';
export { isTestPath, sourceRootsOf } from './test-files.js';
export type { Detection, Failure, Frame, TestFramework, TestSelection } from './test-framework.js';
export { pytest } from './test-frameworks/pytest.js';
export { unittest } from './test-frameworks/unittest.js';
export { detectTestFrameworks, type FrameworkDetection, TEST_FRAMEWORKS } from './test-frameworks.js';
export { findFrames } from './tracebacks.js';
export { type FailingTest, weakenTests } from './weaken.js';
