import { bundleHistory, type Environment, type HistoryBundle } from '@swe-selfplay/artifact';
import { EvaluationError } from '@swe-selfplay/evaluation';
import type { Command, Sandbox, SandboxProvider } from '@swe-selfplay/sandbox';

/** What a workspace holds besides the tree. */
export type WorkspaceGit =
  | { readonly kind: 'history' }
  /** One commit, or no repository at all where the sandbox has no git; `reason`: why there is no history. */
  | { readonly kind: 'commit' | 'none'; readonly reason: string };

export interface InjectorWorkspace {
  readonly sandbox: Sandbox;
  readonly git: WorkspaceGit;
}

/** Where the prompts let the five files lie: relative to the top, so that every tool finds them; ignored by git. */
export const ARTIFACT_DIRECTORY = '.bug-artifact';

const NO_GIT = 40;
const TIMEOUT_MS = 300_000;
const SHOWN_ERROR_LENGTH = 600;

/**
 * Makes `.git` and its settings: no template and so no hooks; the files are the objects byte for byte, whatever
 * `.gitattributes` asks for; no command waits for a pager or an editor, and one that commits finds an identity.
 * 1: object format.
 */
const START = `
set -eu
[ -e ${ARTIFACT_DIRECTORY} ] || mkdir ${ARTIFACT_DIRECTORY}
command -v git > /dev/null || exit ${NO_GIT}
trap 'test $? -eq 0 || rm -rf .git' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1
git -c init.defaultBranch=main init -q --template= --object-format="$1"
git config user.name Developer
git config user.email developer@example.invalid
git config core.autocrlf false
git config core.pager cat
git config core.editor true
git config commit.gpgSign false
git config gc.auto 0
mkdir -p .git/info
echo '* -text -ident -filter -working-tree-encoding' > .git/info/attributes
echo '/${ARTIFACT_DIRECTORY}/' > .git/info/exclude
`;

/**
 * 2: revision. On stdin, so that the workspace holds no second copy of the history: lines of .git/shallow, a blank line,
 * and the bundle, which is a header up to a blank line and a pack. Submodules are empty directories, as in a plain clone.
 */
const FILL_WITH_HISTORY = `
while IFS= read -r line && [ -n "$line" ]; do echo "$line"; done > .git/shallow
[ -s .git/shallow ] || rm .git/shallow
while IFS= read -r line && [ -n "$line" ]; do :; done
git index-pack --stdin > /dev/null
exec < /dev/null
git -c core.logAllRefUpdates=false update-ref refs/heads/main "$2"
git read-tree "$2"
{ git ls-files -s -z | grep -z '^160000 ' || true; } | while IFS= read -r -d '' entry; do
  mkdir -p -- "\${entry#*$'\\t'}"
done
git update-index -q --refresh || true
`;

/** The date is fixed, so that equal trees give equal commits. */
const FILL_WITH_COMMIT = `
git -c core.safecrlf=false add -A -f
GIT_AUTHOR_DATE='2000-01-01T00:00:00Z' GIT_COMMITTER_DATE='2000-01-01T00:00:00Z' \\
  git -c core.logAllRefUpdates=false commit -q --no-verify --allow-empty -m 'The repository'
`;

/**
 * Opens a workspace with the tree of an environment and a git repository in it: with the history up to its revision
 * where there is one, else with one commit; none where the sandbox has no git. The repository is for the injector's
 * comfort, and nothing is ever read from it. The caller closes the sandbox.
 * Throws EvaluationError `infra` where the repository cannot be made, EnvironmentError, SandboxError, and the reason of
 * the signal.
 */
export async function openInjectorWorkspace(
  provider: SandboxProvider,
  environment: Environment,
  signal: AbortSignal | undefined,
): Promise<InjectorWorkspace> {
  const history = await bundleHistory(environment);
  signal?.throwIfAborted();
  const { original, revision = '' } = environment;
  const hasHistory = history.status === 'bundled';
  const sandbox = await provider.open({ base: original.base, changes: original.changes });
  try {
    const script = START + (hasHistory ? FILL_WITH_HISTORY : FILL_WITH_COMMIT);
    const hasGit = await runScript(sandbox, {
      argv: ['bash', '-c', script, 'bash', revision.length === 64 ? 'sha256' : 'sha1', revision],
      ...(hasHistory && { stdin: printHistory(history) }),
      ...(signal && { signal }),
    });
    signal?.throwIfAborted();
    if (!hasGit) return { sandbox, git: { kind: 'none', reason: 'the sandbox has no git' } };
    return { sandbox, git: hasHistory ? { kind: 'history' } : { kind: 'commit', reason: history.reason } };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

function printHistory({ bundle, shallow }: Extract<HistoryBundle, { status: 'bundled' }>): Uint8Array {
  return Buffer.concat([Buffer.from(`${shallow.map((id) => `${id}\n`).join('')}\n`), bundle]);
}

/** False where the sandbox has no git. */
async function runScript(sandbox: Sandbox, command: Command): Promise<boolean> {
  const result = await sandbox.run({ ...command, mergeOutput: true, timeoutMs: TIMEOUT_MS });
  if (result.exitCode === 0 || result.ending === 'cancelled') return true;
  if (result.exitCode === NO_GIT) return false;
  const said = Buffer.from(result.stdout).toString().trim().slice(-SHOWN_ERROR_LENGTH);
  const reason = result.ending === 'exited' ? said || `exit code ${result.exitCode}` : result.ending;
  throw new EvaluationError('infra', `The git repository of the workspace could not be made: ${reason}`);
}
