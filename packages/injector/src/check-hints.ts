/** What to do about each check that does not hold, for the policy to read. */
export const CHECK_HINTS: Readonly<Record<string, string>> = {
  'patches-apply':
    'Write both diffs anew with a command: bug_inject.diff from the untouched repository to the one with the bug, ' +
    'test_weaken.diff from there to the one with weakened tests.',
  'test-files': 'Correct the list in test_files.txt, or take changes of other files out of test_weaken.diff.',
  'bug-scope': 'Change code only: take test files and guarded files out of bug_inject.diff, and change enough files.',
  'test-script':
    'Run test_script.sh and test_parser.py on the untouched repository. Take tests out that fail there, or choose a ' +
    'command that is faster or runs more tests.',
  'test-parser': 'Try test_parser.py on what test_script.sh prints in each state, and on empty input.',
  determinism:
    'Run the tests several times, and take those out of test_script.sh that do not always come out the same.',
  'bug-validity': 'Make a bug that more tests notice, but not all of them.',
  'test-weakening':
    'Weaken a test that the bug breaks so that it passes under its old name; a deleted or renamed one does not count.',
  'inverse-mutation':
    'Take the idle file out of bug_inject.diff, or break it so that some test fails because of it alone.',
  'no-padding': 'Take the file out of bug_inject.diff that changes in comments and blank space alone.',
  'no-hints': 'Take comments, names and texts out that tell of the bug, and every copy of the original lines.',
  'no-obfuscation':
    'Write the bug as plain code: nothing decoded, nothing by chance or clock, nothing that reads its own source.',
  'weakening-only-loosens':
    'Delete tests or statements, or loosen assertions with the words they have; bring nothing new into test files.',
  'no-build-break': 'Let every changed file still parse, and the failing tests still be imported.',
  'fail-share': 'Make a bug that fewer tests notice.',
  'failing-tests-shown': 'Weaken a test in every file that has failing ones.',
  'weakening-hides-all': 'Weaken every test that still fails, and leave those alone that pass with the bug.',
  'second-witness': 'Let test_script.sh run the tests with their own runner, and test_parser.py read what it prints.',
  'neutral-edit': 'Let the bug hang on what the code does and not on its text.',
};
