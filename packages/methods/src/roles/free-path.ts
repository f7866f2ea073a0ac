import { posix } from 'node:path';
import { modeOf } from '@swe-selfplay/artifact';
import type { SelectionTask } from '../evidence/evidence.js';

/** A path beside the task's first test file at which nothing stands. */
export function freePath({ view, testFiles }: SelectionTask, fileName: string): string {
  const directory = posix.dirname(testFiles[0] ?? fileName);
  const stem = fileName.replace(/\.py$/, '');
  for (let number = 1; ; number += 1) {
    const path = posix.join(directory, `${stem}${number === 1 ? '' : `_${number}`}.py`);
    if (modeOf(view.snapshot, path) === undefined && !testFiles.includes(path)) return path;
  }
}
