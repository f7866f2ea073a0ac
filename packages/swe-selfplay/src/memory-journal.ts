import type { BugArtifact } from '@swe-selfplay/artifact';
import type { TrajectoryRecord } from '@swe-selfplay/trajectory';
import type { Journal } from './journal.js';
import { type RunRecord, recordKey } from './run-record.js';

/** A journal that is gone with the process, for rounds that nobody wants on disk. */
export function createMemoryJournal(): Journal {
  const latest = new Map<string, RunRecord>();
  const artifacts = new Map<string, BugArtifact>();
  const patches = new Map<string, Uint8Array>();
  const trajectories = new Map<string, TrajectoryRecord>();
  return {
    find: (key) => latest.get(key),
    write: (record) => void latest.set(recordKey(record), record),
    saveArtifact: async (name, artifact) => void artifacts.set(name, artifact),
    loadArtifact: async (name) => artifacts.get(name)!,
    savePatch: async (name, patch) => void patches.set(name, patch),
    loadPatch: async (name) => patches.get(name)!,
    saveTrajectory: async (trajectory) => void trajectories.set(trajectory.trajectory_id, trajectory),
    loadTrajectory: async (id) => trajectories.get(id),
    writeTrajectories: () => undefined,
    // They go with the round: it hands them out.
    dropTrajectories: async () => undefined,
  };
}
