import { createHash } from 'node:crypto';
import {
  type Command,
  type CommandResult,
  type Sandbox,
  type SandboxProvider,
  type TreeFile,
  type TreeSource,
  type WorkspaceRequest,
  withSandbox,
} from '../sandbox.js';

/** One behaviour that a provider must have. */
export interface ConformanceCase {
  readonly title: string;
  /** Holds only for providers that keep commands from the host. */
  readonly isolationOnly: boolean;
  /** Why this provider says that it cannot do this; undefined where it has to. Whoever runs the cases shows it. */
  readonly findLack?: (provider: SandboxProvider) => string | undefined;
  /** Resolves where the provider behaves so, throws where it does not. */
  run(provider: SandboxProvider): Promise<void>;
}

/** A file by its text; `executable` and `link` as in git. */
export function aFile(text: string, kind: 'plain' | 'executable' | 'link' = 'plain'): TreeFile {
  const mode = { plain: '100644', executable: '100755', link: '120000' } as const;
  return { mode: mode[kind], content: Buffer.from(text) };
}

export function aTree(files: Readonly<Record<string, TreeFile>>): TreeSource {
  const hash = createHash('sha256');
  for (const [path, file] of Object.entries(files))
    hash.update(`${path}\0${file.mode}\0`).update(file.content).update('\0');
  return {
    digest: hash.digest('hex'),
    async *readAll() {
      for (const [path, file] of Object.entries(files)) yield { path, ...file };
    },
  };
}

/** A workspace with a few of everything. */
export const EXAMPLE_TREE: TreeSource = aTree({
  'README.md': aFile('read me\n'),
  'run.sh': aFile('#!/bin/sh\necho ran\n', 'executable'),
  'src/a.txt': aFile('a\n'),
  'src/deep/b.txt': aFile('b\n'),
  'src/link': aFile('a.txt', 'link'),
  'only/child.txt': aFile('child\n'),
});

export interface InSandbox {
  readonly sandbox: Sandbox;
  run(command: Command): Promise<CommandResult>;
  /** Runs a line of sh. */
  sh(line: string, more?: Omit<Command, 'argv'>): Promise<CommandResult>;
  /** The same, giving stdout without the last newline. */
  text(line: string): Promise<string>;
}

/** A case that runs in one workspace. */
export function inWorkspace(
  title: string,
  check: (workspace: InSandbox, provider: SandboxProvider) => Promise<void>,
  request: Partial<WorkspaceRequest> = {},
): ConformanceCase {
  return {
    title,
    isolationOnly: false,
    run: (provider) =>
      withSandbox(provider, { base: EXAMPLE_TREE, changes: new Map(), ...request }, (sandbox) =>
        check(describe(sandbox), provider),
      ),
  };
}

/** A case that only an isolating provider can pass. */
export function isolated(conformanceCase: ConformanceCase): ConformanceCase {
  return { ...conformanceCase, isolationOnly: true };
}

export function describe(sandbox: Sandbox): InSandbox {
  const sh = (line: string, more: Omit<Command, 'argv'> = {}) => sandbox.run({ argv: ['sh', '-c', line], ...more });
  return {
    sandbox,
    run: (command) => sandbox.run(command),
    sh,
    text: async (line) => textOf((await sh(line)).stdout).replace(/\n$/, ''),
  };
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
