import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DIRECTORY = new URL('../../leak-search/', import.meta.url);
const SHARED = ['text', 'containers', 'bytecode', 'git_stores', 'walk', 'tells'];

const programs = new Map<string, string>();

/**
 * The command that runs one of our programs in a sandbox: without its site packages or environment, and as one text,
 * so that nothing of it lies where a solver's files lie.
 */
export function searchCommand(main: 'search' | 'list_toolchain'): readonly string[] {
  let program = programs.get(main);
  if (program === undefined) {
    program = [...SHARED, main]
      .map((name) => readFileSync(fileURLToPath(new URL(`${name}.py`, DIRECTORY)), 'utf8'))
      .join('\n');
    programs.set(main, program);
  }
  return ['python3', '-I', '-S', '-B', '-c', program];
}
