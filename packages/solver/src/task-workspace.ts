import type { Sandbox, SandboxProvider } from '@swe-selfplay/sandbox';
import type { TaskView } from './solver-task.js';

// Fixed author and dates: equal tasks have equal commits, and the date of a run says nothing. No template: no hooks.
const ONE_COMMIT = `
set -e
command -v git > /dev/null || exit 0
trap 'test $? -eq 0 || rm -rf .git' EXIT
git -c init.defaultBranch=main init -q --template=
git -c core.autocrlf=false -c core.safecrlf=false add -A -f
git -c core.logAllRefUpdates=false -c gc.auto=0 commit -q --no-verify --no-gpg-sign --allow-empty -m 'Task'
`;

const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Task',
  GIT_AUTHOR_EMAIL: 'task@example.invalid',
  GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Task',
  GIT_COMMITTER_EMAIL: 'task@example.invalid',
  GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
};

const SPECIFICATION_FILE = 'specification.diff';

/** Where the text of the specification lies, beside the workspace, as commands see it. */
export function specificationFileIn({ harnessDir }: Pick<Sandbox, 'harnessDir'>): string {
  return `${harnessDir}/${SPECIFICATION_FILE}`;
}

/**
 * Opens a workspace with the tree of a task and nothing else of its history: where the sandbox has git, a new
 * repository with one commit, else none. The repository is for the solver's comfort; nothing is ever read from it.
 * Beside it lies the specification as a file, so that it can be applied without being written down again. Nothing but
 * their content tells its files apart, and what an audit found outside of it is shown empty.
 * The caller closes the sandbox. Throws SandboxError.
 */
export async function openTaskWorkspace(provider: SandboxProvider, view: TaskView): Promise<Sandbox> {
  const sandbox = await openTaskFiles(provider, view);
  try {
    await sandbox.run({ argv: ['bash', '-c', ONE_COMMIT], env: GIT_ENVIRONMENT });
    return sandbox;
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** The same without the repository, which is made of the files alone and holds nothing that they do not. */
export async function openTaskFiles(provider: SandboxProvider, view: TaskView): Promise<Sandbox> {
  const { base, changes } = view.snapshot;
  const harness = new Map([[SPECIFICATION_FILE, view.specificationText]]);
  const hidden = view.hiddenPaths === undefined ? {} : { hidden: view.hiddenPaths };
  return provider.open({ base, changes, harness, isUniform: true, ...hidden });
}
