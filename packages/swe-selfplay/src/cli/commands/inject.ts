import { Command } from 'commander';
export function injectCommand(_finish: (exitCode: number) => void): Command {
  return new Command('inject');
}
