import { TrajectoryError } from './trajectory-error.js';
import { TRAJECTORY_SCHEMA_VERSION, type TrajectoryRecord } from './trajectory-record.js';
import { trajectoryRecordSchema } from './trajectory-schema.js';

/** Deeper values could not be written again: JSON.stringify calls itself for every level. */
const MAX_DEPTH = 500;

/**
 * Reads one line of JSONL. Throws TrajectoryError `invalid-line`, naming line and field, or `unsupported-version`.
 * `lineNumber` is 1-based.
 */
export function parseTrajectoryLine(line: string, lineNumber: number): TrajectoryRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new TrajectoryError('invalid-line', `Line ${lineNumber}: expected JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (isDeeperThan(MAX_DEPTH, value))
    throw new TrajectoryError('invalid-line', `Line ${lineNumber}: expected at most ${MAX_DEPTH} levels, got more.`);
  const version = (value as { schema_version?: unknown } | null)?.schema_version;
  if (typeof version === 'number' && version !== TRAJECTORY_SCHEMA_VERSION) {
    const expected = `schema_version ${TRAJECTORY_SCHEMA_VERSION}`;
    throw new TrajectoryError('unsupported-version', `Line ${lineNumber}: expected ${expected}, got ${version}.`);
  }
  const checked = trajectoryRecordSchema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const field = issue?.path.map(String).join('.') || 'the record';
  throw new TrajectoryError('invalid-line', `Line ${lineNumber}, ${field}: ${issue?.message}`, {
    cause: checked.error,
  });
}

/** Records of a file, line by line; blank lines are passed over. Throws as `parseTrajectoryLine` does. */
export async function* readTrajectoryLines(
  lines: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<TrajectoryRecord> {
  let lineNumber = 0;
  for await (const line of lines) {
    lineNumber += 1;
    if (line.trim() !== '') yield parseTrajectoryLine(line, lineNumber);
  }
}

/**
 * One record for each trajectory, in the order in which they first came. A later line about the same trajectory holds:
 * files are only added to, and a pending reward is settled by a second line.
 */
export function latestById(records: Iterable<TrajectoryRecord>): TrajectoryRecord[] {
  const latest = new Map<string, TrajectoryRecord>();
  for (const record of records) latest.set(record.trajectory_id, record);
  return [...latest.values()];
}

function isDeeperThan(limit: number, root: unknown): boolean {
  const pending = [{ value: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > limit) return true;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const value of Object.values(next.value))
      if (typeof value === 'object') pending.push({ value, depth: next.depth + 1 });
  }
  return false;
}
