import { posix } from 'node:path';
import { createSandboxFiles } from '@swe-selfplay/adapter';
import { applyPatch, parsePatch } from '@swe-selfplay/artifact';
import { type Sandbox, SandboxError } from '@swe-selfplay/sandbox';
import type { TaskView } from './solver-task.js';

/** The path inside the workspace of what commands call `path`; undefined where it lies elsewhere. */
export function pathInWorkspace({ workdir }: Pick<Sandbox, 'workdir'>, path: string): string | undefined {
  const absolute = posix.resolve(workdir, path);
  return absolute.startsWith(`${workdir}/`) ? absolute.slice(workdir.length + 1) : undefined;
}

/**
 * Whether the diff that an attempt wrote down itself says the same as its pred_patch: applied to the task, both give the
 * same tree. Nothing depends on it, so whatever goes wrong in reading it is a no. Runs a command: to be asked when the
 * pred_patch has been collected.
 */
export async function submissionAgrees(
  sandbox: Pick<Sandbox, 'run'>,
  view: TaskView,
  path: string,
  predPatch: Uint8Array,
): Promise<boolean> {
  const submitted = await readSubmitted(sandbox, path);
  if (submitted === undefined) return false;
  const digest = await digestAfter(view, submitted);
  return digest !== undefined && digest === (await digestAfter(view, predPatch));
}

/** By a command and not from the host: the file may lie outside the workspace, and links are the policy's to make. */
async function readSubmitted(sandbox: Pick<Sandbox, 'run'>, path: string): Promise<Uint8Array | undefined> {
  try {
    const reading = await createSandboxFiles((command) => sandbox.run(command)).read(path);
    return reading.status === 'read' ? reading.content : undefined;
  } catch (error) {
    if (error instanceof SandboxError) return undefined;
    throw error;
  }
}

async function digestAfter({ snapshot }: TaskView, patch: Uint8Array): Promise<string | undefined> {
  if (patch.length === 0) return snapshot.digest;
  const parse = parsePatch(patch);
  if (parse.status === 'refused') return undefined;
  const application = await applyPatch(snapshot, parse.patch);
  return application.status === 'applied' ? application.snapshot.digest : undefined;
}
