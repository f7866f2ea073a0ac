export { directoryBase } from './bases/directory.js';
export { type GitRevisionBase, gitRevisionBase } from './bases/git-revision.js';
export { memoryBase } from './bases/memory.js';
export { detachSnapshot, layersOf } from './detach-snapshot.js';
export { type Environment, type EnvironmentSource, openEnvironment } from './environment.js';
export { EnvironmentError, type EnvironmentErrorCode } from './environment-error.js';
export type { Commit, GitReader } from './git/git-repository.js';
export { commitsOf, type HistoryRange } from './history.js';
export { parseReport, type ReportParse } from './parse-report.js';
export { createRandom, type Random } from './random.js';
export {
  type Base,
  type BaseEntry,
  blobId,
  changedPaths,
  createSnapshot,
  type FileEntry,
  type FileMode,
  listPaths,
  modeOf,
  readFile,
  restoreFiles,
  type Snapshot,
  withFiles,
} from './snapshot.js';
export {
  hasPassed,
  partitionTests,
  passingTests,
  type TestPartition,
  type TestReport,
  type TestStatus,
} from './test-report.js';
