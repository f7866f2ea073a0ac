import type { ToolPlace } from '../../tool.js';
import type { RolloutShell } from '../cwm/rollout-shell.js';
import { showPath } from '../swe-agent/file-lines.js';

// 1: directory. What cannot be read is left out.
const SCRIPT = `
cd -- "$1" 2>/dev/null || exit 1
find . -maxdepth 2 ! -path '*/.*' -print0 2>/dev/null
exit 0
`;

/** What is in a directory, two levels deep, hidden ones left out; undefined: it is none. */
export async function listDirectory(shell: RolloutShell, place: ToolPlace, path: string): Promise<string | undefined> {
  if (path.includes('\0')) return undefined;
  const argv = ['sh', '-c', SCRIPT, 'sh', path];
  const result = await shell.run({ argv, timeoutMs: 60_000, maxOutputBytes: 1024 ** 2 }, place);
  if (result.exitCode !== 0 && result.ending !== 'output-exceeded') return undefined;
  const found = Buffer.from(result.stdout).toString('utf8').split('\0').slice(0, -1);
  const paths = found.map((each) => showPath(each === '.' ? path : `${path}/${each.slice(2)}`)).sort();
  return `Files and directories in ${showPath(path)}, two levels deep, hidden ones left out:\n${paths.join('\n')}`;
}
