// Wall time of a validation against the bare runs that it stands on, both on two workers, in one process and by turns.
// node bench/validation-overhead.mjs REPO ARTIFACT_DIR [--rounds N] [--python PATH]
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadArtifact, openEnvironment } from '../packages/artifact/dist/index.js';
import { artifactStates, createTestRunner, revertChange, separableChanges } from '../packages/evaluation/dist/index.js';
import { DEFAULT_RULES, validateArtifact } from '../packages/injector/dist/index.js';
import { createSandboxProvider } from '../packages/sandbox/dist/index.js';

const WORKERS = 2;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, python: { type: 'string' } },
});
const [repository, artifactDirectory] = positionals;
const environment = await openEnvironment({ directory: repository });
const artifact = await loadArtifact(artifactDirectory);
const provider = await createSandboxProvider({ backend: 'auto', ...(values.python && { python: values.python }) });
const scratch = await mkdtemp(join(tmpdir(), 'validation-overhead-'));

try {
  const states = await statesOf(environment.original, artifact);
  const pristine = join(scratch, 'pristine');
  await layOut(environment.original, pristine);
  await validate();
  const ratios = [];
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    const bareMs = await timeBareRuns(states, pristine);
    const { report, ms } = await validate();
    ratios.push(ms / bareMs);
    console.log(
      `round ${round}: ${states.length} bare runs ${(bareMs / 1000).toFixed(2)} s, validation ${(ms / 1000).toFixed(2)} s ` +
        `(${report.status}, ${report.runs.executed} executed, ${report.runs.cached} shared), ratio ${(ms / bareMs).toFixed(3)}`,
    );
  }
  ratios.sort((a, b) => a - b);
  console.log(`median ratio ${ratios[Math.floor(ratios.length / 2)].toFixed(3)}`);
} finally {
  await provider.close();
  await environment.close();
  await rm(scratch, { recursive: true, force: true });
}

async function validate() {
  const runner = createTestRunner({ provider, jobs: WORKERS });
  const startedAt = performance.now();
  const report = await validateArtifact(artifact, environment, { runner, runAll: true });
  return { report, ms: performance.now() - startedAt };
}

/** 3 + F + repeats states: original and buggy for each repeat, weakened, and each change taken back alone. */
async function statesOf(original, bug) {
  const { buggy, weakened } = await artifactStates(original, bug);
  const repeated = (snapshot) => Array(DEFAULT_RULES.repeats).fill(snapshot);
  const reverted = separableChanges(bug.bugInject).map((paths) => revertChange(buggy.snapshot, original, paths));
  return [...repeated(original), ...repeated(buggy.snapshot), weakened.snapshot, ...reverted];
}

async function timeBareRuns(states, pristine) {
  const directories = [];
  for (const [index, state] of states.entries()) {
    const directory = join(scratch, `state-${index}`);
    await rm(directory, { recursive: true, force: true });
    await cp(pristine, directory, { recursive: true, verbatimSymlinks: true });
    for (const [path, entry] of state.changes) await writeEntry(directory, path, entry);
    directories.push(directory);
  }
  const script = join(scratch, 'test_script.sh');
  await writeFile(script, artifact.testCommand.script);
  const startedAt = performance.now();
  const waiting = [...directories];
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let directory = waiting.shift(); directory !== undefined; directory = waiting.shift())
        await bareRun(script, directory);
    }),
  );
  return performance.now() - startedAt;
}

function bareRun(script, cwd) {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0' };
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', `exec bash "${script}" > /dev/null 2>&1`], { cwd, env, stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', resolve);
  });
}

async function layOut(snapshot, directory) {
  for await (const { path, ...entry } of snapshot.base.readAll()) await writeEntry(directory, path, entry);
}

async function writeEntry(directory, path, entry) {
  const file = join(directory, path);
  await rm(file, { recursive: true, force: true });
  if (entry === null) return;
  await mkdir(dirname(file), { recursive: true });
  if (entry.mode === '120000') return symlink(Buffer.from(entry.content).toString(), file);
  await writeFile(file, entry.content);
  if (entry.mode === '100755') await chmod(file, 0o755);
}
