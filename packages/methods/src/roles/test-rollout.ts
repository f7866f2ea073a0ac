import { posix } from 'node:path';
import { createSandboxFiles, withoutSubmission } from '@swe-selfplay/adapter';
import type { Sandbox } from '@swe-selfplay/sandbox';
import { pathInside, playRole, type RoleRollout } from './role-rollout.js';

export type WrittenFileOutcome =
  | { readonly status: 'written'; readonly path: string; readonly content: Uint8Array }
  | { readonly status: 'gave-up'; readonly reason: string };

/**
 * Lets a policy write one file of the given name in a workspace of a task, and reads the file that it hands in. All else
 * that it leaves behind is not looked at. Throws as `playRole`.
 */
export async function fileByRollout(
  rollout: Omit<RoleRollout, 'submission'>,
  fileName: string,
): Promise<WrittenFileOutcome> {
  const submission = { kind: 'files', names: [fileName] } as const;
  return playRole({ ...rollout, submission }, async ({ sandbox, end }) => {
    if (end.status !== 'submitted') return { status: 'gave-up', reason: withoutSubmission(end).reason };
    return readSubmitted(sandbox, end.paths, fileName);
  });
}

/** By a command and not from the host: links are the policy's to make. */
async function readSubmitted(
  sandbox: Sandbox,
  paths: readonly string[],
  fileName: string,
): Promise<WrittenFileOutcome> {
  const named = paths.filter((path) => posix.basename(path) === fileName);
  const path = named.length === 1 ? pathInside(sandbox, named[0]!) : undefined;
  if (path === undefined) return gaveUp(`Expected one file ${fileName} inside the repository, got ${paths.length}.`);
  const files = createSandboxFiles((command) => sandbox.run(command));
  const reading = await files.readUnlinked(posix.join(sandbox.workdir, path));
  if (reading.status === 'read') return { status: 'written', path, content: reading.content };
  return gaveUp(reading.status === 'missing' ? `${fileName} is not there.` : `${fileName}: ${reading.reason}.`);
}

function gaveUp(reason: string): WrittenFileOutcome {
  return { status: 'gave-up', reason };
}
