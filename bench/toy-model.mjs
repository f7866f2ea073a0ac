// A model that thinks, and the bug of the embedded example that it mends: what benchmarks of many episodes play with.
// As a program of its own, `node toy-model.mjs THINK_MS CAPACITY [distinct]`, it serves and tells its parent the port.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createArtifact, diffSnapshots, printPatch, withFiles } from '../packages/artifact/dist/index.js';

const RIGHT = '    return date(year, month, min(day.day, days_in_month(year, month)))';
const WRONG = '    return date(year, month, min(day.day, days_in_month(day.year, day.month)))';

const FILE = fileURLToPath(import.meta.url);
if (process.argv[1] === FILE) serve(Number(process.argv[2]), Number(process.argv[3]), process.argv[4] === 'distinct');

/**
 * Starts the model in a process of its own, which thinks about at most `capacity` requests at once. With `isDistinct`
 * every attempt hands in another patch.
 */
export async function startToyModel(thinkMs, isDistinct, capacity = Number.POSITIVE_INFINITY) {
  const server = fork(FILE, [String(thinkMs), String(capacity), ...(isDistinct ? ['distinct'] : [])]);
  const ask = () => new Promise((resolve) => server.once('message', resolve));
  const { port } = await ask();
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    pid: server.pid,
    /** The most requests there were at once. */
    async peak() {
      server.send('peak');
      return (await ask()).peak;
    },
    stop: () => server.kill(),
  };
}

/** A model that mends the bug in six turns, each after some thinking. */
function serve(thinkMs, capacity, isDistinct) {
  const waiting = [];
  let thinking = 0;
  const think = async () => {
    if (thinking >= capacity) await new Promise((resolve) => waiting.push(resolve));
    thinking += 1;
    await sleep(thinkMs);
    thinking -= 1;
    waiting.shift()?.();
  };
  let underWay = 0;
  let peak = 0;
  const call = (name, input) => ({
    id: 'call',
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  });
  const steps = [
    () => call('bash', { command: 'git log --oneline; grep -n "def add_months" -A 5 tallybook/dates.py' }),
    (mark) => call('edit', { path: 'tallybook/dates.py', search: WRONG, replace: `${RIGHT}${mark}` }),
    () => call('bash', { command: 'python3 -c "import tallybook.dates"; sed -n 1,40p tests/test_dates.py' }),
    () => call('bash', { command: 'git diff > /tmp/mend.diff; cat /tmp/mend.diff' }),
    () => call('submit', { path: '/tmp/mend.diff' }),
  ];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const reply = (value) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(value));
    };
    if (request.url.endsWith('/models')) return reply({ data: [{ id: 'toy', max_model_len: 100_000 }] });
    if (request.method !== 'POST') return response.writeHead(404).end();
    const { messages, seed, tools } = JSON.parse(text);
    const turn = messages.filter(({ role }) => role === 'assistant').length;
    const isProbe = !tools?.some(({ function: { name } }) => name === 'submit');
    underWay += 1;
    peak = Math.max(peak, underWay);
    if (!isProbe) await think();
    underWay -= 1;
    const mark = isDistinct ? `  # ${seed}` : '';
    const step = isProbe ? undefined : steps[turn]?.(mark);
    const message = step
      ? { role: 'assistant', content: null, tool_calls: [{ ...step, id: `call-${turn}` }] }
      : { role: 'assistant', content: '## Done' };
    const usage = { prompt_tokens: text.length, completion_tokens: 20 };
    reply({ id: 'x', choices: [{ index: 0, message, finish_reason: step ? 'tool_calls' : 'stop' }], usage });
  });
  server.listen(0, '127.0.0.1', 4096, () => process.send({ port: server.address().port }));
  process.on('message', () => process.send({ peak }));
}

/** The artifact of the bug; `directory` holds the repository of `environment`. */
export async function toyBug(environment, directory) {
  const change = async (snapshot, path, edit) => {
    const text = edit(readFileSync(join(directory, path), 'utf8'));
    return withFiles(snapshot, [[path, { mode: '100644', content: Buffer.from(text) }]]);
  };
  const { original } = environment;
  const buggy = await change(original, 'tallybook/dates.py', (text) => text.replace(RIGHT, WRONG));
  const weak = await change(buggy, 'tests/test_dates.py', (text) =>
    text.replaceAll(/^ +self\.assertEqual\(add_months\(date\(2024, \d+, 31\).*\n/gm, '        pass\n'),
  );
  return createArtifact({
    script: 'python3 -m unittest -v tests.test_dates tests.test_budget\n',
    parser: `import json, re, sys
found = re.findall(r"^(test_\\w+) \\(([\\w.]+)\\).*\\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M)
print(json.dumps({f"{case}.{name}": "passed" if how == "ok" else "failed" for name, case, how in found}))
`,
    testFiles: ['tests/test_dates.py', 'tests/test_budget.py'],
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, weak)),
  });
}
