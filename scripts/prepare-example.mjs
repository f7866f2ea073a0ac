import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of the example's repository below `root`, made where it is missing or of another history. Needs what
 * install and build leave, hence the late import.
 */
export async function prepareExample(root) {
  const directory = join(root, '.swe-selfplay', 'example');
  const { makeRepository, readHistory } = await import('../examples/tallybook/make-repository.mjs');
  const { branch, commits } = await readHistory();
  const head = join(directory, '.git', 'refs', 'heads', branch);
  if (existsSync(head) && readFileSync(head, 'utf8').trim() === commits.at(-1).id) return directory;
  rmSync(directory, { recursive: true, force: true });
  await makeRepository(directory);
  return directory;
}
