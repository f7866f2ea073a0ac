/**
 * How commands are handed to a bash that reads them from its input. Between commands its stdout and stderr are
 * /dev/null and the session's real output is a descriptor of its own, which is closed while a command runs: what a
 * command does to its descriptors is undone after it, and what traps and traces say of our own words is not heard.
 * Our words are `\builtin` and reserved words, which neither aliases nor functions of other names can change.
 */

/** The output of the session. Above what scripts use, below any usual bound on open files. */
const OUTPUT = 60;

/** The variable that our words need between a command and its mark. */
const EXIT_CODE = '__session_exit_code';

/** The first line of a session. */
export const OPENING: string = `exec ${OUTPUT}>&1 >/dev/null 2>&1\n`;

/**
 * Takes a function named `builtin` away. Special builtins go before functions in posix mode, which an assignment turns
 * on; it leaves one option behind. The shell ends where what we need was disabled.
 */
const KEEP_BUILTIN =
  "if \\builtin eval '' && ! \\builtin declare -F builtin; then :; " +
  'else POSIXLY_CORRECT=1; \\unset -f builtin; \\unset POSIXLY_CORRECT; \\builtin shopt -u inherit_errexit; ' +
  "\\builtin eval '' || \\exit; fi";

/**
 * The text that runs a command and then writes `mark`, a space, its exit code and a newline to the session's output.
 * The command must not contain NUL; it finds `previousExitCode` in `$?`.
 * `!` keeps `set -e` and an ERR trap from judging the command a second time, as a whole. The shell ends where the mark
 * cannot be written. The empty line puts the parser right that a quote without an end has confused.
 */
export function wrapCommand(command: string, mark: string, previousExitCode: number): string {
  const quoted = `'${command.replaceAll("'", "'\\''")}'`;
  const run = `! \\builtin eval ${quoted} </dev/null >&${OUTPUT} 2>&${OUTPUT} ${OUTPUT}>&-`;
  const runAfter = previousExitCode === 0 ? run : `if (\\builtin exit ${previousExitCode}); then :; else ${run}; fi`;
  const report = `{ \\builtin printf '%s %d\\n' ${mark} "$${EXIT_CODE}" >&${OUTPUT} || \\exit; }`;
  return `\n${runAfter}; ${EXIT_CODE}=\${PIPESTATUS[0]}; ${KEEP_BUILTIN}; ${report}\n`;
}
