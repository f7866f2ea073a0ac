import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';

const PACKAGE = join(import.meta.dirname, '../../packages/swe-selfplay');
export const BIN: string = join(PACKAGE, 'bin/swe-selfplay.js');

type Variables = Readonly<Record<string, string>>;

/** How a process ended, and what it said. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  readonly args: readonly string[];
  readonly env?: Variables;
}

/** Starts the built command line in a process of its own. */
export function startCommand({ args, env }: CommandLine): { child: ChildProcess; ended: Promise<Outcome> } {
  return startNode([BIN, ...args], env);
}

/**
 * Runs command lines one after the other in one process: to start one takes longer than most wrong usage does. Variables
 * stay set for those that come after.
 */
export async function runEach(commandLines: readonly CommandLine[]): Promise<Outcome[]> {
  const program = `
    const { main } = await import(${JSON.stringify(pathToFileURL(join(PACKAGE, 'dist/cli/main.js')).href)});
    for (const { args, env } of ${JSON.stringify(commandLines)}) {
      Object.assign(process.env, env);
      const exitCode = await main(args);
      process.stdout.write('\\0' + exitCode + '\\0');
      process.stderr.write('\\0');
    }`;
  const { stdout, stderr } = await startNode(['--input-type=module', '--eval', program]).ended;
  const errors = stderr.split('\0');
  const outputs = stdout.split('\0');
  return commandLines.map((_, index) => ({
    exitCode: Number(outputs[2 * index + 1]),
    stdout: outputs[2 * index] ?? '',
    stderr: errors[index] ?? '',
  }));
}

/** The one object that was printed. Fails where there is anything beside its line. */
export function parsed<Result>(schema: { parse(value: unknown): Result }, { stdout }: Outcome): Result {
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return schema.parse(JSON.parse(stdout));
}

function startNode(args: readonly string[], env: Variables = {}): { child: ChildProcess; ended: Promise<Outcome> } {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject).on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return { child, ended };
}
