import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { latestById, readTrajectoryLines, type TrajectoryRecord } from '@swe-selfplay/trajectory';
import { appendLine } from './record-log.js';

/** The trajectories of a run, one JSON object a line; of two with one id the later holds. */
export interface TrajectoryLog {
  /** Returns once the disk has them. Throws RunError `disk-full` or `write-failed`. */
  append(trajectories: readonly TrajectoryRecord[]): void;
  close(): void;
}

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 65_536;

/** Opens the file when there is something to write; an unfinished last line of a killed process is cut then. */
export function openTrajectoryLog(path: string): TrajectoryLog {
  let file: number | undefined;
  return {
    append(trajectories) {
      if (trajectories.length === 0) return;
      if (file === undefined) {
        file = openSync(path, 'a+');
        ftruncateSync(file, finishedBytes(file));
      }
      for (const trajectory of trajectories) appendLine(file, path, `${JSON.stringify(trajectory)}\n`);
      fsyncSync(file);
    },
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}

/**
 * Reads a file of trajectories, one after the other, so that it may be larger than memory, and even while it is written;
 * of two with one id both come.
 * Throws TrajectoryError that names the line.
 */
export async function* readTrajectoryFile(path: string): AsyncGenerator<TrajectoryRecord> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  const bytes = finishedBytes(file);
  closeSync(file);
  if (bytes === 0) return;
  const input = createReadStream(path, { end: bytes - 1 });
  yield* readTrajectoryLines(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }));
}

/** The trajectories that hold. */
export async function readLatestTrajectories(path: string): Promise<TrajectoryRecord[]> {
  const all: TrajectoryRecord[] = [];
  for await (const trajectory of readTrajectoryFile(path)) all.push(trajectory);
  return [...latestById(all)];
}

/** Bytes up to and with the last line feed. */
function finishedBytes(file: number): number {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let end = fstatSync(file).size;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES);
    readSync(file, chunk, 0, end - start, start);
    const lineFeed = chunk.subarray(0, end - start).lastIndexOf(LINE_FEED);
    if (lineFeed >= 0) return start + lineFeed + 1;
    end = start;
  }
  return 0;
}
