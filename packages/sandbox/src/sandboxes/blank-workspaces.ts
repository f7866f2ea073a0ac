import { createHash } from 'node:crypto';
import type { Command, CommandResult, Sandbox, WorkspaceRequest } from '../sandbox.js';

/** A workspace that can give a command empty writable places of its own. */
export interface BlankWorkspace extends Sandbox {
  runAlone(command: Command): Promise<CommandResult>;
}

type BlankRequest = Pick<WorkspaceRequest, 'harness' | 'limits'>;

/** Empty workspaces kept for the next command with the same harness files. */
const MAX_IDLE = 8;

/**
 * Runs single commands in empty workspaces. A workspace is used again once its command has ended by itself: its
 * processes, files and shared memory are gone then, and nothing else of it can be written. Never two commands at once
 * in one, so that none is charged with what another uses.
 */
export function createBlankWorkspaces(open: (request: WorkspaceRequest) => Promise<BlankWorkspace>): {
  run(request: BlankRequest, command: (harnessDir: string) => Command): Promise<CommandResult>;
} {
  const idle: { readonly key: string; readonly workspace: BlankWorkspace }[] = [];

  async function keep(key: string, workspace: BlankWorkspace): Promise<void> {
    idle.push({ key, workspace });
    if (idle.length > MAX_IDLE) await idle.shift()!.workspace.close();
  }

  return {
    async run(request, command) {
      const key = keyOf(request);
      const index = idle.findLastIndex((candidate) => candidate.key === key);
      const workspace =
        index === -1
          ? await open({ base: undefined, changes: new Map(), ...request })
          : idle.splice(index, 1)[0]!.workspace;
      let isSpent = true;
      try {
        const result = await workspace.runAlone(command(workspace.harnessDir));
        isSpent = result.ending !== 'exited';
        return result;
      } finally {
        await (isSpent ? workspace.close() : keep(key, workspace));
      }
    },
  };
}

function keyOf({ harness = new Map(), limits = {} }: BlankRequest): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(limits).sort()));
  for (const [path, content] of [...harness].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
