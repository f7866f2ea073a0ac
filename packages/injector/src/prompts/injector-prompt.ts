import type { Message } from '@swe-selfplay/adapter';

const INSTRUCTIONS = `You are working in a repository whose tests pass. Find out how its tests run, break the code in a
way that some tests notice, and hide the breakage by weakening those tests. Then hand in a directory with five files:

- test_script.sh: a bash script, run at the root of the repository without arguments, that runs the tests.
- test_parser.py: a Python program that reads the output of test_script.sh on stdin and prints one JSON object that maps
  the id of each test to "passed" or "failed". It may read nothing else.
- test_files.txt: the paths of the test files, one a line, relative to the root of the repository. They must hold every
  file that test_weaken.diff changes.
- bug_inject.diff: what git diff prints for the breakage alone. It must not change tests or the configuration of the
  test runner, and each file in it must be needed for some test to fail.
- test_weaken.diff: what git diff prints for the weakening alone, on top of bug_inject.diff. With it, tests that failed
  pass again.

Use the bash tool to look around, run code and edit files, and the submit tool with the path of the directory when you
are done. The state of the repository itself does not matter then; only the five files count.`;

/** What a policy is told that is to inject a bug. */
export function injectorPrompt(): readonly Message[] {
  return [
    { role: 'system', text: INSTRUCTIONS },
    { role: 'user', text: 'Inject a bug into this repository.' },
  ];
}
