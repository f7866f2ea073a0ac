import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadArtifact, writeArtifactFolder } from '@swe-selfplay/artifact';
import { parseTrajectoryLine, type TrajectoryRecord } from '@swe-selfplay/trajectory';
import { z } from 'zod';
import type { Journal } from './journal.js';
import { putInPlace, syncFolder, writeFileDurably } from './put-in-place.js';
import { corruptRecord, type LogContent, openRecordLog, readRecordLog, writeFailure } from './record-log.js';
import { RunError } from './run-error.js';
import { takeRunLock } from './run-lock.js';
import { type RunRecord, recordKey, type StoredRecord } from './run-record.js';
import { FORMAT_VERSION, type RunSettings, runFileSchema, settingsDifferences } from './run-settings.js';
import { storedRecordSchema } from './stored-record-schema.js';
import { openTrajectoryLog, readLatestTrajectories } from './trajectory-log.js';

/**
 * A run on disk: `run.json` (what was asked for), `records.jsonl` (what was earned, a record a line, in the order in
 * which it was earned), `trajectories.jsonl`, `artifacts/` and `patches/`. Only this file knows what is where.
 */
export interface RunFolder extends Journal {
  readonly recordsPath: string;
  /** Records that were there when it was opened: 0 for a new run. */
  readonly recordsFound: number;
  /** Bytes of an unfinished last line that were cut on opening. */
  readonly cutBytes: number;
  /** Releases the lock. */
  close(): void;
}

export interface RunFolderOptions {
  /** Tells the time that records are stamped with. */
  readonly clock?: (() => Date) | undefined;
}

const RUN_FILE = 'run.json';
const RECORDS_FILE = 'records.jsonl';
const TRAJECTORIES_FILE = 'trajectories.jsonl';
const PENDING_FOLDER = 'pending-trajectories';
const LOCK_FILE = 'run.lock';
const UNFINISHED_FOLDER = '.unfinished';

/**
 * Opens the run in `path`, or begins it there. Throws RunError: `settings-differ` where another run is there,
 * `run-locked` where another process writes it, `corrupt-record` with file and line, `not-a-run-folder` where the
 * folder holds something else, `disk-full` or `write-failed`.
 */
export async function openRunFolder(
  path: string,
  settings: RunSettings,
  options: RunFolderOptions = {},
): Promise<RunFolder> {
  refuseForeignFolder(path);
  const release = takeRunLock(join(path, LOCK_FILE));
  try {
    rmSync(join(path, UNFINISHED_FOLDER), { recursive: true, force: true });
    if (existsSync(join(path, RUN_FILE))) refuseOtherSettings(path, settings);
    else await beginRun(path, settings);
    return fillRunFolder(path, options.clock ?? (() => new Date()), release);
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Reads a run without writing to it, even while it is played: its settings and, for each key, the record that holds.
 * Throws RunError `not-a-run-folder` or `corrupt-record`.
 */
export function readRun(path: string): { readonly settings: RunSettings; readonly records: StoredRecord[] } {
  const settings = readSettings(path);
  const recordsPath = join(path, RECORDS_FILE);
  const latest = new Map<string, StoredRecord>();
  for (const record of parseRecords(recordsPath, readRecordLog(recordsPath))) latest.set(recordKey(record), record);
  return { settings, records: [...latest.values()] };
}

/**
 * The trajectories of a run that are settled, each as it holds, in the order in which they were written. Throws RunError
 * `not-a-run-folder`, and TrajectoryError that names the line.
 */
export function readTrajectories(path: string): Promise<TrajectoryRecord[]> {
  readSettings(path);
  return readLatestTrajectories(join(path, TRAJECTORIES_FILE));
}

function fillRunFolder(path: string, clock: () => Date, release: () => void): RunFolder {
  const recordsPath = join(path, RECORDS_FILE);
  const content = readRecordLog(recordsPath);
  const latest = new Map<string, RunRecord>();
  for (const { at: _, ...record } of parseRecords(recordsPath, content)) latest.set(recordKey(record), record);
  const log = openRecordLog(recordsPath, content.finishedBytes);
  const trajectories = openTrajectoryLog(join(path, TRAJECTORIES_FILE));
  const pendingPath = (id: string) => join(path, PENDING_FOLDER, `${id}.json`);
  const unfinished = (name: string) => join(path, UNFINISHED_FOLDER, name.replaceAll('/', '~'));
  return {
    recordsPath,
    recordsFound: content.lines.length,
    cutBytes: content.unfinishedBytes,
    find: (key) => latest.get(key),
    write(record) {
      // Parsed, so that nothing is written that could not be read again.
      log.append(storedRecordSchema.parse({ ...record, at: clock().toISOString() }));
      latest.set(recordKey(record), record);
    },
    saveArtifact: (name, artifact) =>
      putInPlace(join(path, name), unfinished(name), async (folder) => {
        await writeArtifactFolder(folder, artifact);
        syncFolder(folder);
      }),
    loadArtifact: (name) =>
      loadArtifact(join(path, name)).catch((cause) => {
        throw lost(join(path, name), cause);
      }),
    savePatch: (name, patch) => putInPlace(join(path, name), unfinished(name), (file) => writeFileDurably(file, patch)),
    loadPatch: (name) =>
      readFile(join(path, name)).catch((cause) => {
        throw lost(join(path, name), cause);
      }),
    saveTrajectory: (trajectory) =>
      putInPlace(pendingPath(trajectory.trajectory_id), unfinished(`${trajectory.trajectory_id}.json`), (file) =>
        writeFileDurably(file, JSON.stringify(trajectory)),
      ),
    async loadTrajectory(id) {
      const file = pendingPath(id);
      if (!existsSync(file)) return undefined;
      try {
        return parseTrajectoryLine(await readFile(file, 'utf8'), 1);
      } catch (cause) {
        throw lost(file, cause);
      }
    },
    writeTrajectories: (settled) => trajectories.append(settled),
    async dropTrajectories(ids) {
      for (const id of ids) rmSync(pendingPath(id), { force: true });
    },
    close() {
      log.close();
      trajectories.close();
      rmSync(join(path, UNFINISHED_FOLDER), { recursive: true, force: true });
      release();
    },
  };
}

/** A folder that holds something else is not filled with a run by mistake. */
function refuseForeignFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw writeFailure(join(path, RUN_FILE), cause);
  }
  const names = readdirSync(path);
  if (names.includes(RUN_FILE)) return;
  const foreign = names.filter((name) => !name.startsWith(LOCK_FILE) && name !== UNFINISHED_FOLDER);
  if (foreign.length === 0) return;
  const message = `Expected ${path} to be a run or an empty folder; it has no ${RUN_FILE}, but ${foreign[0]}.`;
  throw new RunError('not-a-run-folder', `${message} Choose another folder.`);
}

async function beginRun(path: string, settings: RunSettings): Promise<void> {
  const content = `${JSON.stringify({ formatVersion: FORMAT_VERSION, settings }, null, 2)}\n`;
  const unfinished = join(path, UNFINISHED_FOLDER, RUN_FILE);
  await putInPlace(join(path, RUN_FILE), unfinished, (file) => writeFileDurably(file, content));
}

function refuseOtherSettings(path: string, settings: RunSettings): void {
  const differences = settingsDifferences(readSettings(path), settings);
  if (differences.length === 0) return;
  const advice = 'Ask for the same to go on with it, or choose another folder.';
  throw new RunError('settings-differ', `${path} holds another run: ${differences.join('; ')}. ${advice}`);
}

function readSettings(path: string): RunSettings {
  const file = join(path, RUN_FILE);
  try {
    return runFileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).settings;
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new RunError('not-a-run-folder', `Expected a run in ${dirname(file)}; could not read ${file}: ${reason}`, {
      cause,
    });
  }
}

function parseRecords(path: string, { lines }: LogContent): StoredRecord[] {
  return lines.map(({ number, value }) => {
    const record = storedRecordSchema.safeParse(value);
    if (record.success) return record.data;
    throw corruptRecord(path, number, 'a record of a run', new Error(z.prettifyError(record.error)));
  });
}

function lost(path: string, cause: unknown): RunError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunError('corrupt-record', `A record names ${path}, which cannot be read: ${reason}`, { cause });
}
