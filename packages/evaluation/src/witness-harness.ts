import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import type { RunVariation } from './run-variation.js';
import type { Witness, WitnessedOutcome } from './witness.js';

/** What the witness may add to the output of a run, on a stream of its own. */
export const WITNESS_BYTES: number = 5 * 1024 ** 2;

const SHIPPED = fileURLToPath(new URL('../witness', import.meta.url));
const FILES = [
  'supervisor.py',
  'boot.py',
  'reporter.py',
  'test_code.py',
  'watch_unittest.py',
  'watch_pytest.py',
  'site/sitecustomize.py',
];
/** Where an interpreter looks for the site of PYTHONUSERBASE. */
const SITES = [
  ...Array.from({ length: 10 }, (_, index) => `lib/python3.${index + 6}`),
  ...['lib/python3.13t', 'lib/python3.14t', 'lib/python3.15t', 'lib/pypy3.10', 'lib/pypy3.11'],
].map((directory) => `${directory}/site-packages`);
const FOLDER = 'witness';
const MAX_TEXT_BYTES = 64 * 1024 ** 2;
const OUTCOMES: Readonly<Record<string, WitnessedOutcome>> = { p: 'passed', s: 'skipped', f: 'failed' };
const ABSENT: Witness = { status: 'absent', results: new Map(), tampered: [] };

let files: ReadonlyMap<string, Uint8Array> | undefined;

/** The files that go along with a script to be witnessed. */
export function witnessFiles(): ReadonlyMap<string, Uint8Array> {
  if (files === undefined) {
    const read = (name: string) => readFileSync(`${SHIPPED}/${name}`);
    const entry = read('witness.pth');
    files = new Map<string, Uint8Array>([
      ...FILES.map((name): [string, Uint8Array] => [`${FOLDER}/${name}`, read(name)]),
      ...SITES.map((site): [string, Uint8Array] => [`${FOLDER}/userbase/${site}/witness.pth`, entry]),
    ]);
  }
  return files;
}

let version: string | undefined;

/** Changes with the files of the witness. */
export function witnessVersion(): string {
  if (version === undefined) {
    const hash = createHash('sha256');
    for (const content of witnessFiles().values()) hash.update(content).update('\0');
    version = hash.digest('hex');
  }
  return version;
}

/** The command that runs a script of the harness under the supervisor. */
export function witnessedCommand(
  harnessDir: string,
  script: string,
  repeat: number,
  variation: RunVariation,
): string[] {
  const folder = `${harnessDir}/${FOLDER}`;
  const order = variation.order === undefined ? '' : `${variation.order}:${repeat}`;
  const supervisor = ['python3', '-I', '-S', '-E', `${folder}/supervisor.py`];
  return [...supervisor, `${harnessDir}/${script}`, folder, `${folder}/userbase`, order];
}

/** Reads what the supervisor wrote last on its stream; whatever cannot be read is no witness. */
export function readWitness(stream: Uint8Array): Witness {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const at = bytes.indexOf('\nwitness ');
  const end = bytes.indexOf('\n', at + 1);
  const size = Number(/^witness (\d{1,9})$/.exec(bytes.toString('latin1', at + 1, end))?.[1] ?? Number.NaN);
  if (at === -1 || end === -1 || bytes.length < end + 1 + size) return ABSENT;
  try {
    const content = bytes.subarray(end + 1, end + 1 + size);
    const lines = inflateSync(content, { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8').split('\n');
    return parseWitness(lines);
  } catch {
    return ABSENT;
  }
}

function parseWitness([status, ...lines]: string[]): Witness {
  if (status !== 'complete' && status !== 'incomplete') return ABSENT;
  const results = new Map<string, WitnessedOutcome>();
  const code = new Map<string, string>();
  const tampered: string[] = [];
  for (const line of lines) {
    const name = line.slice(1).replace(/\\(\\|n)/g, (_, sign: string) => (sign === 'n' ? '\n' : '\\'));
    const outcome = OUTCOMES[line[0] ?? ''];
    if (outcome !== undefined) results.set(name, outcome);
    else if (line.startsWith('t')) tampered.push(name);
    else if (line.startsWith('c')) code.set(name.slice(name.indexOf('\n') + 1), name.slice(0, name.indexOf('\n')));
  }
  return { status, results, tampered: tampered.sort(), ...(code.size > 0 && { code }) };
}
