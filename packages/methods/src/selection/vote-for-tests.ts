import { createHash } from 'node:crypto';
import { isModulePath } from '@swe-selfplay/python';
import type { PatchTestMatrix, WrittenTest } from '../evidence/evidence.js';
import { countTestVotes, normaliseTest } from '../swe-swiss/normalise-test.js';

/**
 * The columns of distinct tests, those that were written most often first and of equally many the earliest: what SWE-Swiss
 * takes the first one of and Agentless Mini the first thirty. Tests are the same where their normalised files are.
 */
export function columnsByVotes({ tests }: PatchTestMatrix): number[] {
  return countTestVotes(tests.map(testKey)).map(({ first }) => first);
}

function testKey({ files, command }: WrittenTest): string {
  const hash = createHash('sha256').update(command.script);
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = Buffer.from(content).toString('latin1');
    const normal = isModulePath(path) ? normaliseTest(Buffer.from(content).toString('utf8')) : text;
    hash.update(`\0${path}\0${normal}`);
  }
  return hash.digest('hex');
}
