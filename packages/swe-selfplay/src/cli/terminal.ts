import { printable, shorten } from '../printable.js';

/** Where a command speaks: its result to stdout, everything else to stderr. */
export interface Terminal {
  /** Part of the result. */
  print(text: string): void;
  /** A line of progress; not said when quiet. */
  say(line: string): void;
  /** A line that is said even when quiet. */
  warn(line: string): void;
  /** What is under way: one line that is rewritten, on a terminal only. */
  status(text: string): void;
}

export function openTerminal({ quiet = false }: { readonly quiet?: boolean | undefined }): Terminal {
  const { stdout, stderr } = process;
  const canRewrite = stderr.isTTY === true && !quiet && process.env.TERM !== 'dumb';
  let shown = '';
  const erase = () => {
    if (shown !== '') stderr.write('\r\u001b[K');
    shown = '';
  };
  const line = (text: string) => {
    erase();
    stderr.write(`${text}\n`);
  };
  return {
    print(text) {
      erase();
      stdout.write(`${text}\n`);
    },
    say: (text) => {
      if (!quiet) line(text);
    },
    warn: line,
    status(text) {
      if (!canRewrite) return;
      erase();
      shown = shorten(printable(text), (stderr.columns ?? 80) - 1);
      stderr.write(shown);
    },
  };
}

/** A reader that has gone, such as `head`, is no failure: what is left to say is dropped. */
export function tolerateClosedOutputs(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listeners('error').some((listener) => listener === ignoreClosed)) continue;
    stream.on('error', ignoreClosed);
  }
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
