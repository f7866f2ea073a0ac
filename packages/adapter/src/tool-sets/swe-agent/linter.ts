import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandResult } from '@swe-selfplay/sandbox';
import type { ToolPlace } from '../../tool.js';
import type { RolloutShell } from '../cwm/rollout-shell.js';
import { type Finding, readFindings } from './lint-findings.js';

/** Checks Python files with what the sandbox has for it, which is looked for once. */
export interface Linter {
  /** What checks, for the policy to read. */
  describe(place: ToolPlace): Promise<string>;
  /** `path` only names the content. Undefined: it could not be checked. */
  check(path: string, content: Uint8Array, place: ToolPlace): Promise<readonly Finding[] | undefined>;
}

type Kind = 'flake8' | 'standard-library' | 'none';

const CODES = 'F821,F822,F831,E111,E112,E113,E999,E902';
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 1024 ** 2;

const DESCRIPTIONS: Readonly<Record<Kind, string>> = {
  flake8: `Python files are checked with flake8 (${CODES}).`,
  'standard-library':
    'Python files are checked for syntax, indentation and undefined names with the standard library of python3; flake8 is not installed here.',
  none: 'Python files are not checked: neither flake8 nor python3 runs here.',
};

// Away from the workspace, whose modules could stand for those of the linter.
const DETECT_SCRIPT = `
cd / || exit 1
if python3 -m flake8 --version >/dev/null 2>&1; then echo flake8
elif python3 -I -S -c 'import ast, tokenize' >/dev/null 2>&1; then echo standard-library
else echo none; fi
`;

// 1: name of the file. A file is read in any encoding, which standard input is not. Findings make exit code 1, and so does a crash.
const FLAKE8_SCRIPT = `
directory=$(mktemp -d) || exit 3
trap 'rm -rf "$directory"' EXIT
cat >"$directory/$1" || exit 3
cd / && python3 -m flake8 --isolated -j 1 --select=${CODES} --format='%(row)d:%(col)d: %(code)s %(text)s' "$directory/$1"
`;

const PROGRAM_PARTS = ['scopes', 'names', 'layout', 'lint'];
let program: string | undefined;

export function createLinter(shell: RolloutShell): Linter {
  let kind: Promise<Kind> | undefined;

  function detect(place: ToolPlace): Promise<Kind> {
    kind ??= detectKind(shell, place);
    return kind;
  }

  return {
    async describe(place) {
      return DESCRIPTIONS[await detect(place)];
    },
    async check(path, content, place) {
      const name = posix.basename(path);
      const argv = commandOf(await detect(place), name);
      if (argv === undefined || name.includes('\0')) return undefined;
      const command = { argv, stdin: content, timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT_BYTES };
      return findingsOf(await shell.run(command, place));
    },
  };
}

async function detectKind(shell: RolloutShell, place: ToolPlace): Promise<Kind> {
  const result = await shell.run({ argv: ['sh', '-c', DETECT_SCRIPT], timeoutMs: TIMEOUT_MS }, place);
  const found = Buffer.from(result.stdout).toString('utf8').trim();
  return found === 'flake8' || found === 'standard-library' ? found : 'none';
}

function commandOf(kind: Kind, name: string): readonly string[] | undefined {
  switch (kind) {
    case 'flake8':
      return ['sh', '-c', FLAKE8_SCRIPT, 'sh', name];
    case 'standard-library':
      return ['python3', '-I', '-S', '-B', '-c', readProgram(), name];
    case 'none':
      return undefined;
  }
}

function findingsOf({ ending, exitCode, stdout }: CommandResult): readonly Finding[] | undefined {
  const findings = readFindings(Buffer.from(stdout).toString('utf8'));
  if (ending === 'output-exceeded') return findings;
  if (ending !== 'exited' || (exitCode !== 0 && findings.length === 0)) return undefined;
  return findings;
}

/** Our linter as one text, so that nothing of it lies in the sandbox. */
function readProgram(): string {
  program ??= PROGRAM_PARTS.map((part) =>
    readFileSync(fileURLToPath(new URL(`../../../python-lint/${part}.py`, import.meta.url)), 'utf8'),
  ).join('\n');
  return program;
}
