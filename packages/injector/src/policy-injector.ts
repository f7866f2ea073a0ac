import {
  createBashTool,
  createSubmitDirectoryTool,
  type Message,
  type Policy,
  runRollout,
  type Trajectory,
  withoutSubmission,
} from '@swe-selfplay/adapter';
import { ARTIFACT_FILES, type ArtifactFile, type Environment, parseArtifact } from '@swe-selfplay/artifact';
import { EvaluationError } from '@swe-selfplay/evaluation';
import { type Sandbox, SandboxError, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import type { Injection, Injector } from './injector.js';
import { injectorPrompt } from './prompts/injector-prompt.js';

export interface PolicyInjectorOptions {
  /** Where the policy works: a workspace with the tree of the environment and nothing of its history. */
  readonly provider: SandboxProvider;
  /** Default 100. */
  readonly maxTurns?: number | undefined;
  /** Wall time of one rollout. Default one hour. */
  readonly timeoutMs?: number | undefined;
  /** What the conversation starts with. Default: what to do and what the five files are. */
  readonly prompt?: (environment: Environment, seed: number) => readonly Message[];
  /** Called with each trajectory, whatever its end. */
  readonly onTrajectory?: (trajectory: Trajectory) => void;
}

const DEFAULT_MAX_TURNS = 100;
const MAX_FILE_BYTES = 32 * 1024 ** 2;
const SUBMIT = 'Hands in a directory of the repository with the five files of a bug artifact and ends the work.';

/**
 * An injector that lets a policy work in a workspace of the repository; the artifact is the five files in the directory
 * that it submits. Files that make no artifact are as good as none: it gave up, with the problems as the reason.
 * Throws EvaluationError `infra` where the policy or the sandbox failed.
 */
export function createPolicyInjector(policy: Policy, options: PolicyInjectorOptions): Injector {
  return {
    name: policy.name,
    async inject(environment, { seed, signal }): Promise<Injection> {
      const { base, changes } = environment.original;
      return withSandbox(options.provider, { base, changes }, async (sandbox) => {
        const trajectory = await runRollout({
          policy,
          sandbox,
          tools: [createBashTool(), createSubmitDirectoryTool(SUBMIT)],
          prompt: options.prompt?.(environment, seed) ?? injectorPrompt(),
          maxTurns: options.maxTurns ?? DEFAULT_MAX_TURNS,
          timeoutMs: options.timeoutMs,
          signal,
        });
        options.onTrajectory?.(trajectory);
        signal?.throwIfAborted();
        if (trajectory.end.status !== 'submitted') {
          const { status, reason } = withoutSubmission(trajectory.end);
          if (status === 'infra') throw new EvaluationError('infra', reason);
          return { status, reason };
        }
        return readSubmission(sandbox, trajectory.end.path ?? '.');
      });
    },
  };
}

async function readSubmission(sandbox: Sandbox, directory: string): Promise<Injection> {
  const inside = relativePath(sandbox, directory);
  if (inside === undefined) return gaveUp([`the directory ${JSON.stringify(directory)} is not in the repository`]);
  const files: Partial<Record<ArtifactFile, Uint8Array>> = {};
  const unreadable: string[] = [];
  for (const name of ARTIFACT_FILES) {
    const content = await readSmallFile(sandbox, inside === '' ? name : `${inside}/${name}`);
    if (content instanceof Uint8Array) files[name] = content;
    else unreadable.push(`${name}: ${content.problem}`);
  }
  if (unreadable.length > 0) return gaveUp(unreadable);
  const reading = parseArtifact(files);
  if (reading.status === 'read') return { status: 'submitted', artifact: reading.artifact };
  return gaveUp(reading.problems.map(({ file, reason }) => `${file}: ${reason}`));
}

/** The directory below the workspace; policies may name it by its absolute path. */
function relativePath({ workdir }: Sandbox, directory: string): string | undefined {
  const path =
    directory === workdir ? '' : directory.startsWith(`${workdir}/`) ? directory.slice(workdir.length + 1) : directory;
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  return path.startsWith('/') || segments.includes('..') ? undefined : segments.join('/');
}

/** Asks for the size first: what a policy left there may be as big as the disk. Nothing runs that could change it. */
async function readSmallFile(sandbox: Sandbox, path: string): Promise<Uint8Array | { readonly problem: string }> {
  const { exitCode, stdout } = await sandbox.run({ argv: ['stat', '-L', '-c', '%s', '--', path] });
  if (exitCode !== 0) return { problem: 'it is missing.' };
  if (!(Number(Buffer.from(stdout).toString()) <= MAX_FILE_BYTES)) return { problem: 'it is too long.' };
  try {
    return await sandbox.readFile(path);
  } catch (error) {
    if (error instanceof SandboxError && (error.code === 'file-not-found' || error.code === 'invalid-request'))
      return { problem: error.message };
    throw error;
  }
}

function gaveUp(problems: readonly string[]): Injection {
  return { status: 'gave-up', reason: `The submission is no bug artifact: ${problems.join(' ')}` };
}
