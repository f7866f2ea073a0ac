import { execFileSync } from 'node:child_process';

/**
 * Runs one python3 process: `program` finds the questions in `questions` and leaves the answers, as many, in `answers`.
 * Both cross as JSON in ASCII, so lone surrogates survive.
 */
export function askPython<Question, Answer>(program: string, questions: readonly Question[]): Answer[] {
  const lines = [
    'import json, sys',
    'questions = json.load(sys.stdin)',
    'answers = []',
    program,
    'json.dump(answers, sys.stdout)',
  ];
  const output = execFileSync('python3', ['-I', '-c', lines.join('\n')], {
    input: toAscii(JSON.stringify(questions)),
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  return JSON.parse(output.toString()) as Answer[];
}

function toAscii(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
