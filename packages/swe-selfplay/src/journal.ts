import { isDeepStrictEqual } from 'node:util';
import type { BugArtifact } from '@swe-selfplay/artifact';
import type { TrajectoryRecord } from '@swe-selfplay/trajectory';
import { isFinished, type RecordKey, type RecordOf, type RunRecord, recordKey } from './run-record.js';

/** Where a round records what it earns, and finds what an earlier process has earned already. */
export interface Journal {
  /** The record that holds for a key: the latest written. */
  find(key: string): RunRecord | undefined;
  /** Returns once the record is written. */
  write(record: RunRecord): void;
  /** Keeps an artifact under a name, such as `artifacts/shelf@1f2e/round-1-candidate-1`. */
  saveArtifact(name: string, artifact: BugArtifact): Promise<void>;
  loadArtifact(name: string): Promise<BugArtifact>;
  savePatch(name: string, patch: Uint8Array): Promise<void>;
  loadPatch(name: string): Promise<Uint8Array>;
  /** Keeps a trajectory whose reward is not settled yet, by its id. */
  saveTrajectory(trajectory: TrajectoryRecord): Promise<void>;
  /** Undefined where it is not there: it was settled before, and let go of. */
  loadTrajectory(id: string): Promise<TrajectoryRecord | undefined>;
  /** Adds trajectories to those of the run, for good; of two with one id the later holds. */
  writeTrajectories(trajectories: readonly TrajectoryRecord[]): void;
  /** Lets go of what `saveTrajectory` keeps. */
  dropTrajectories(ids: readonly string[]): Promise<void>;
}

/** The record of a unit of work: the one that is there, unless broken infrastructure left it undone, or a new one. */
export async function once<Type extends RunRecord['type']>(
  journal: Journal,
  key: RecordKey & { readonly type: Type },
  earn: () => Promise<RecordOf<Type>>,
): Promise<RecordOf<Type>> {
  const known = journal.find(recordKey(key));
  if (known !== undefined && isFinished(known)) return known as RecordOf<Type>;
  const record = await earn();
  journal.write(record);
  return record;
}

/** Writes what follows from other records, such as a reward, unless it is there already. */
export function note(journal: Journal, record: RunRecord): void {
  if (!isDeepStrictEqual(journal.find(recordKey(record)), record)) journal.write(record);
}
