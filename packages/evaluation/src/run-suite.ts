import { createHash } from 'node:crypto';
import { parseReport, type TestCommand } from '@swe-selfplay/artifact';
import type { CommandResult, Limits, SandboxProvider, WorkspaceRequest } from '@swe-selfplay/sandbox';
import { SandboxError, withSandbox } from '@swe-selfplay/sandbox';
import type { ParseVariation, RunVariation } from './run-variation.js';
import type { Parse, ScriptRun } from './test-run.js';
import type { Witness } from './witness.js';
import { readWitness, WITNESS_BYTES, witnessedCommand, witnessFiles } from './witness-harness.js';

/** The tree to test, as a sandbox takes it. */
export type Workspace = Pick<WorkspaceRequest, 'base' | 'changes'>;

const SCRIPT = 'test_script.sh';
const PARSER = 'test_parser.py';
const SHOWN_ERROR_BYTES = 600;

export interface ScriptOptions {
  readonly limits: Limits;
  readonly repeat: number;
  readonly variation: RunVariation;
  /** Whether the second witness goes along. */
  readonly isWitnessed: boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs `test_script.sh` in a fresh workspace. The script lies outside the repository, read-only.
 * Throws SandboxError where the sandbox failed or the signal was aborted.
 */
export async function runScript(
  provider: SandboxProvider,
  workspace: Workspace,
  script: Uint8Array,
  options: ScriptOptions,
): Promise<{ readonly script: ScriptRun; readonly witness: Witness | undefined }> {
  const { limits, repeat, variation, isWitnessed, signal } = options;
  const harness = new Map([[SCRIPT, script], ...(isWitnessed ? witnessFiles() : [])]);
  const result = await withSandbox(provider, { ...workspace, harness, limits }, (sandbox) =>
    sandbox.run({
      ...(isWitnessed
        ? {
            argv: witnessedCommand(sandbox.harnessDir, SCRIPT, repeat, variation),
            maxOutputBytes: limits.maxOutputBytes + WITNESS_BYTES,
          }
        : { argv: ['bash', `${sandbox.harnessDir}/${SCRIPT}`], mergeOutput: true }),
      // Repeats differ in it, so that results which hang on the order of sets show.
      env: { PYTHONHASHSEED: String(repeat), ...timeZoneEnv(variation.timeZone) },
      signal,
    }),
  );
  signal.throwIfAborted();
  const isOver = result.stdout.length > limits.maxOutputBytes;
  const ending = isOver ? 'output-exceeded' : scriptEnding(result);
  const output = isOver ? result.stdout.subarray(0, limits.maxOutputBytes) : result.stdout;
  return {
    script: { ending, output, durationMs: result.durationMs },
    witness: isWitnessed && ending === 'exited' ? readWitness(result.stderr) : undefined,
  };
}

/** Reads one raw output with `test_parser.py`, in a sandbox of its own that holds nothing else. */
export async function runParser(
  provider: SandboxProvider,
  command: TestCommand,
  output: Uint8Array,
  options: { readonly limits: Limits; readonly variation?: ParseVariation; readonly signal: AbortSignal },
): Promise<Parse> {
  const { directory, timeZone, hashSeed = 0, environmentSeed } = options.variation ?? {};
  const harness = new Map([[PARSER, command.parser]]);
  const result = await provider.runAlone({ harness, limits: options.limits }, (harnessDir) => ({
    argv: [...workingIn(directory), 'python3', `${harnessDir}/${PARSER}`],
    stdin: output,
    env: otherEnvironment({ PYTHONHASHSEED: String(hashSeed), ...timeZoneEnv(timeZone) }, environmentSeed),
    signal: options.signal,
  }));
  options.signal.throwIfAborted();
  return judgeParser(result, options.limits);
}

function timeZoneEnv(timeZone: string | undefined): Record<string, string> {
  return timeZone === undefined ? {} : { TZ: timeZone };
}

/** What is put before a command that is to run in another directory than the workspace. */
function workingIn(directory: string | undefined): string[] {
  return directory === undefined ? [] : ['env', `--chdir=${directory}`];
}

/** The environment among variables that mean nothing, in an order that hangs on the seed. */
function otherEnvironment(env: Record<string, string>, seed: number | undefined): Record<string, string> {
  if (seed === undefined) return env;
  const digest = (text: string) => createHash('sha256').update(`${seed} ${text}`).digest('hex');
  const unrelated = Array.from({ length: 5 }, (_, index) => digest(String(index)));
  const all = { ...env, ...Object.fromEntries(unrelated.map((text) => [`UNRELATED_${text.slice(0, 8)}`, text])) };
  const order = (name: string) => digest(`order ${name}`);
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (order(a) < order(b) ? -1 : 1)));
}

function scriptEnding(result: CommandResult): ScriptRun['ending'] {
  switch (result.ending) {
    case 'cancelled':
      throw new SandboxError('sandbox-failed', 'The run was ended from outside.');
    // The exit status of the script means nothing (SPEC 3), and neither does the signal that ended it.
    case 'killed':
    case 'exited':
      return 'exited';
    default:
      return result.ending;
  }
}

function judgeParser(result: CommandResult, limits: Limits): Parse {
  switch (result.ending) {
    case 'timed-out':
      return invalid(`did not end within ${limits.timeoutMs / 1000} s`);
    case 'output-exceeded':
      return invalid(`printed more than ${limits.maxOutputBytes} bytes`);
    case 'memory-exceeded':
      return invalid(`used more than ${limits.memoryBytes} bytes of memory`);
    case 'killed':
      return invalid('was ended by a signal');
    case 'cancelled':
      throw new SandboxError('sandbox-failed', 'The parser was ended from outside.');
    case 'exited':
  }
  if (result.exitCode !== 0) {
    return invalid(`exited with ${result.exitCode}: ${lastText(result.stderr) || 'nothing on stderr'}`);
  }
  const parsed = parseReport(result.stdout);
  if (parsed.status === 'invalid') return parsed;
  // Sorted, so that a parser which prints sets gives the same bytes each time.
  return { status: 'parsed', report: new Map([...parsed.report].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) };
}

function invalid(reason: string): Parse {
  return { status: 'invalid', reason };
}

function lastText(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(Math.max(0, bytes.length - SHOWN_ERROR_BYTES)))
    .toString('utf8')
    .trim();
}
