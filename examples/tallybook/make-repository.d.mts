export interface ExampleCommit {
  /** Name of the git diff in history/. */
  readonly diff: string;
  /** Of author and committer, ISO 8601 in UTC. */
  readonly date: string;
  readonly id: string;
  readonly message: string;
}

export interface ExampleHistory {
  readonly formatVersion: 1;
  readonly branch: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly commits: readonly ExampleCommit[];
}

/** Reads history/history.json. */
export function readHistory(): Promise<ExampleHistory>;

/** Makes the repository at `directory`, absent or empty before; the same commit ids every time. */
export function makeRepository(directory: string): Promise<{ readonly directory: string; readonly head: string }>;
