import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFailure } from './record-log.js';

/**
 * Makes a file or folder appear at `path` whole or not at all: `build` fills it at `unfinishedPath`, on the same file
 * system, and what is complete then takes the place of what was at `path`.
 * Throws RunError `disk-full` or `write-failed`; nothing is left of the unfinished part.
 */
export async function putInPlace(
  path: string,
  unfinishedPath: string,
  build: (unfinishedPath: string) => void | Promise<void>,
): Promise<void> {
  try {
    mkdirSync(dirname(unfinishedPath), { recursive: true });
    mkdirSync(dirname(path), { recursive: true });
    await build(unfinishedPath);
    rmSync(path, { recursive: true, force: true });
    renameSync(unfinishedPath, path);
  } catch (error) {
    rmSync(unfinishedPath, { recursive: true, force: true });
    throw writeFailure(path, error);
  }
}

/** Writes a file and waits until the disk has it. */
export function writeFileDurably(path: string, content: Uint8Array | string): void {
  const file = openSync(path, 'w');
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Waits until the disk has all files that lie directly in a folder. */
export function syncFolder(path: string): void {
  for (const name of readdirSync(path)) {
    const file = openSync(join(path, name), 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
