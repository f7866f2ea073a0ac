import { spawn } from 'node:child_process';

/** A step of the bootstrap that failed; the message is for a person and needs no trace. */
export class StepError extends Error {
  name = 'StepError';
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };

/**
 * Runs a program to its end and resolves to its output. Its output is shown on stderr as it comes (`isOutputShown`),
 * or its last lines where it fails. Signals are handed on to the program and waited for. Throws StepError where the
 * program fails; `explain` may turn its output into a better message.
 */
export async function runStep(title, program, args, { cwd, env = process.env, isOutputShown = false, explain }) {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
      if (isOutputShown) process.stderr.write(text);
    });
  }
  let received;
  const handlers = Object.keys(SIGNALS).map((signal) => [
    signal,
    () => {
      received = signal;
      child.kill(signal);
    },
  ]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    const exit = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    if (received !== undefined) throw new StepError(`${title} was interrupted.`, 128 + SIGNALS[received]);
    if (exit.code === 0) return output;
    const end = exit.signal === null ? `ended with ${exit.code}` : `was ended by ${exit.signal}`;
    const explanation = explain?.(output);
    const shown = isOutputShown || explanation !== undefined ? '' : `\n${lastLines(output, 20)}`;
    throw new StepError(
      `${title}: ${[program, ...args].join(' ')} ${end}.${explanation ? ` ${explanation}` : ''}${shown}`,
    );
  } catch (error) {
    if (error instanceof StepError) throw error;
    throw new StepError(`${title}: ${program} could not be started (${error.message}).`);
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
