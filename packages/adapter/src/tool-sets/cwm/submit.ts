import { posix } from 'node:path';
import { z } from 'zod';
import type { AnyTool, Tool, ToolOutcome } from '../../tool.js';
import type { SubmissionKind } from '../../tool-set.js';
import { MAX_PATH_CHARACTERS } from './action-limits.js';
import type { RolloutShell } from './rollout-shell.js';
import { createSandboxFiles, type SandboxFiles } from './sandbox-files.js';

const MAX_SHOWN_CHARACTERS = 20_000;
const MAX_PATHS = 100;
const pathSchema = z.string().min(1).max(MAX_PATH_CHARACTERS);

const GO_ON =
  'You may go on working and submit again: the latest submission counts. When you are done, answer with a message ' +
  'without a tool call.';

/** The tool that hands in a patch or files, by their paths. */
export function createCwmSubmitTool(shell: RolloutShell, submission: SubmissionKind): AnyTool {
  return submission.kind === 'patch' ? submitPatch(shell) : submitFiles(shell, submission.names);
}

function submitPatch(shell: RolloutShell): Tool<{ path: string }> {
  return {
    name: 'submit',
    description:
      'Hands in a patch by the path of a file that holds it as `git diff` prints it. Relative paths start at the root ' +
      `of the repository, whatever the directory of the bash session. ${GO_ON}`,
    input: z.strictObject({ path: pathSchema.describe('the file that holds the patch') }),
    text: { description: 'the path of the file that holds the patch', read: (text) => ({ path: text.trim() }) },
    async execute({ path }, place): Promise<ToolOutcome> {
      const target = posix.resolve(place.sandbox.workdir, path);
      const files = createSandboxFiles((command) => shell.run(command, place));
      const problem = await findProblem(files, target, path);
      if ('text' in problem) return { status: 'replied', text: `Failed to submit ${path}. ${problem.text}` };
      const patch = problem.content;
      if (!patch.startsWith('diff')) {
        const text = `Failed to submit ${path}. It is not a valid diff file. It must start with "diff", as git prints it.`;
        return { status: 'replied', text };
      }
      const shown = patch.length > MAX_SHOWN_CHARACTERS ? `${patch.slice(0, MAX_SHOWN_CHARACTERS)}\n[...]\n` : patch;
      const text = `The content of ${path} is your submission now:\n\n<submission>\n${shown}</submission>\n\n${GO_ON}`;
      return { status: 'submitted', paths: [target], text };
    },
  };
}

function submitFiles(shell: RolloutShell, names: readonly string[]): Tool<{ paths: string[] }> {
  const list = names.join(', ');
  return {
    name: 'submit',
    description:
      `Hands in the files ${list} by their paths, in any directory. Relative paths start at the root of the ` +
      `repository, whatever the directory of the bash session. ${GO_ON}`,
    input: z.strictObject({
      paths: z.array(pathSchema).min(1).max(MAX_PATHS).describe(`a path for each of ${list}`),
    }),
    text: {
      description: `the paths of ${list}, one a line`,
      read: (text) => ({ paths: text.split('\n').flatMap((line) => line.trim() || []) }),
    },
    async execute({ paths }, place): Promise<ToolOutcome> {
      const files = createSandboxFiles((command) => shell.run(command, place));
      const targets = paths.map((path) => posix.resolve(place.sandbox.workdir, path));
      const problems = nameProblems(targets, names);
      if (problems.length === 0) {
        for (const [index, target] of targets.entries()) {
          const problem = await findProblem(files, target, paths[index]!);
          if ('text' in problem) problems.push(`${paths[index]}: ${problem.text}`);
        }
      }
      if (problems.length > 0) {
        return { status: 'replied', text: ['Nothing was submitted.', ...problems].join('\n') };
      }
      const ordered = names.map((name) => targets.find((target) => posix.basename(target) === name)!);
      return { status: 'submitted', paths: ordered, text: `Submitted:\n${ordered.join('\n')}\n\n${GO_ON}` };
    },
  };
}

function nameProblems(targets: readonly string[], names: readonly string[]): string[] {
  const given = targets.map((target) => posix.basename(target));
  return [
    ...names.filter((name) => !given.includes(name)).map((name) => `${name}: no path was given for it.`),
    ...names
      .filter((name) => given.indexOf(name) !== given.lastIndexOf(name))
      .map((name) => `${name}: several paths were given for it.`),
    ...given.filter((name) => !names.includes(name)).map((name) => `${name}: not a file that is asked for.`),
  ];
}

async function findProblem(
  files: SandboxFiles,
  target: string,
  path: string,
): Promise<{ readonly text: string } | { readonly content: string }> {
  const reading = await files.readUnlinked(target);
  if (reading.status === 'missing') return { text: `Make sure it exists and is readable.${startOf(target, path)}` };
  if (reading.status === 'failed') return { text: `Make sure it exists and is readable: ${reading.reason}.` };
  const content = Buffer.from(reading.content).toString('utf8');
  return content.trim() === '' ? { text: 'It is an empty file.' } : { content };
}

function startOf(target: string, path: string): string {
  return path.startsWith('/') ? '' : ` It was looked for as ${target}.`;
}
