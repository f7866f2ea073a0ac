import { type Command, type CommandResult, type Sandbox, SandboxError } from '@swe-selfplay/sandbox';
import type { AnyTool, ToolPlace } from '../../tool.js';
import { type BashReply, type BashSession, type BashSessionOptions, createBashSession } from './bash-session.js';

/** What the tools of one rollout share: its bash session, and commands of our own beside it. */
export interface RolloutShell {
  execute(command: string, place: ToolPlace): Promise<BashReply>;
  run(command: Command, place: ToolPlace): Promise<CommandResult>;
  close(): Promise<void>;
}

/** The session starts with the first command that the policy runs. */
export function createRolloutShell(options: BashSessionOptions = {}): RolloutShell {
  let session: BashSession | undefined;
  let wasEnded = false;

  async function close(): Promise<void> {
    const ending = session;
    session = undefined;
    await ending?.close();
  }

  return {
    async execute(command, { sandbox, signal }) {
      if (wasEnded) {
        wasEnded = false;
        return { status: 'died', cause: 'unexpected', output: '' };
      }
      session ??= createBashSession(sandbox, options);
      return session.execute(command, { signal });
    },
    async run(command, { sandbox, signal }) {
      try {
        return await sandbox.run({ ...command, signal });
      } catch (error) {
        // What runs in the session may have used up the processes of the sandbox, which is the policy's doing.
        if (session === undefined || !isFailure(error)) throw error;
        await close();
        wasEnded = true;
        return sandbox.run({ ...command, signal });
      }
    },
    close,
  };
}

/** A tool of another's making whose commands run beside the session as those of ours do. */
export function besideSession(tool: AnyTool, shell: RolloutShell): AnyTool {
  return {
    ...tool,
    execute(input, place) {
      const { sandbox } = place;
      const beside: Sandbox = {
        workdir: sandbox.workdir,
        harnessDir: sandbox.harnessDir,
        run: (command) => shell.run(command, place),
        start: (command, onOutput) => sandbox.start(command, onOutput),
        readFile: (path) => sandbox.readFile(path),
        writeFile: (path, content) => sandbox.writeFile(path, content),
        changedFiles: () => sandbox.changedFiles(),
        close: () => sandbox.close(),
      };
      return tool.execute(input, { ...place, sandbox: beside });
    },
  };
}

function isFailure(error: unknown): boolean {
  return error instanceof SandboxError && (error.code === 'sandbox-failed' || error.code === 'host-exhausted');
}
