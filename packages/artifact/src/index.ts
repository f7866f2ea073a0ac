export { applyPatch, applyPatches } from './apply-patch.js';
export { ArtifactError, type ArtifactErrorCode, describeProblem } from './artifact-error.js';
export { loadArtifact, readArtifactFolder, writeArtifactFolder } from './artifact-folder.js';
export { directoryBase } from './bases/directory.js';
export { type GitRevisionBase, gitRevisionBase } from './bases/git-revision.js';
export { memoryBase } from './bases/memory.js';
export {
  ARTIFACT_FILES,
  type ArtifactFile,
  type ArtifactProblem,
  type ArtifactReading,
  type BugArtifact,
  type Provenance,
  type TestCommand,
} from './bug-artifact.js';
export { composePatches } from './compose-patches.js';
export { type ArtifactContents, createArtifact } from './create-artifact.js';
export { detachSnapshot, layersOf } from './detach-snapshot.js';
export { type DiffOptions, diffSnapshots } from './diff-snapshots.js';
export { type Environment, type EnvironmentSource, openEnvironment } from './environment.js';
export { EnvironmentError, type EnvironmentErrorCode } from './environment-error.js';
export type { Commit, GitReader } from './git/git-repository.js';
export type {
  BinaryData,
  FilePatch,
  Hunk,
  HunkLine,
  Patch,
  PatchApplication,
  PatchComposition,
  PatchContent,
  PatchParse,
  PatchRefusal,
  PatchReversal,
} from './git-diff.js';
export { commitsOf, type HistoryRange } from './history.js';
export { bundleHistory, type HistoryBundle, MAX_HISTORY_BYTES } from './history-bundle.js';
export { type ArtifactFileName, parseArtifact } from './parse-artifact.js';
export { parsePatch } from './parse-patch.js';
export { parseReport, type ReportParse } from './parse-report.js';
export { MAX_BINARY_BYTES, MAX_PATCH_BYTES, MAX_PATCH_FILES, MAX_WRITTEN_BYTES } from './patch-limits.js';
export { touchedPaths } from './patch-paths.js';
export { printPatch } from './print-patch.js';
export { createRandom, type Random } from './random.js';
export { reversePatch, reversePatchOn } from './reverse-patch.js';
export { findPathProblem } from './safe-path.js';
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
