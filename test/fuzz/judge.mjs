// A second judge of bug artifacts, independent of the packages: SPEC 5 with `git apply` on a clone and Python in a
// sandbox. Of the packages it uses only a sandbox provider, to run the suites in.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const RUN = new URL('./judge-run.py', import.meta.url);
const LEAST_PASSING = 10;
/** SPEC 7, by its words. */
const GUARDED =
  /(^|\/)(conftest\.py|pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|(site|user)customize\.py|[^/]*\.pth)$/;
const SHADOWING = /^(pytest|_pytest|unittest|pluggy)(\.py$|\/)/;

/**
 * Opens the judge of artifacts for the HEAD of `repository`. `judge(files)` says `{ failed }`: undefined, or the id of
 * the first condition that does not hold, with a reason. Runs of equal trees, programs and repeats are made once.
 */
export async function openJudge({ repository, provider, timeoutMs }) {
  const scratch = await mkdtemp(join(tmpdir(), 'judge-'));
  const bare = join(scratch, 'clone.git');
  const runProgram = await readFile(RUN);
  await promisify(execFile)('git', ['clone', '--quiet', '--bare', repository, bare]);
  const runs = new Map();
  const known = new Map();
  const remembered = (key, make) => {
    if (!known.has(key)) known.set(key, make());
    return known.get(key);
  };
  let indexes = 0;

  const git = (args, { input, index } = {}) =>
    collect('git', ['--git-dir', bare, ...args], {
      input,
      env: {
        PATH: process.env.PATH,
        LC_ALL: 'C',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_INDEX_FILE: index,
      },
      cwd: scratch,
    });
  const must = async (...args) => {
    const done = await git(...args);
    if (done.code !== 0) throw new Error(`git ${args[0]}: ${done.stderr}`);
    return done.stdout;
  };
  const text = async (...args) => (await must(...args)).toString().trim();
  const original = await text(['rev-parse', 'HEAD^{tree}']);

  /** The tree after a change of the index of another one. */
  async function treeAfter(tree, change) {
    indexes += 1;
    const index = join(scratch, `index-${indexes}`);
    try {
      await must(['read-tree', tree], { index });
      const problem = await change(index);
      return problem === undefined ? { tree: await text(['write-tree'], { index }) } : { problem };
    } finally {
      await rm(index, { force: true });
    }
  }
  const applied = (tree, patch) =>
    remembered(`applied ${tree} ${digest(patch)}`, () => treeAfter(tree, (index) => apply(patch, index)));
  async function apply(patch, index) {
    const { code, stderr } = await git(['apply', '--cached', '-v', '--unidiff-zero', '--whitespace=nowarn', '-'], {
      input: withLastLineFeed(patch),
      index,
    });
    if (code !== 0) return `git refuses it: ${stderr.toString().slice(0, 200)}`;
    return /succeeded at|Context reduced/.test(stderr.toString()) ? 'a hunk lies elsewhere' : undefined;
  }
  const filesOf = (tree) => remembered(`files ${tree}`, () => listFiles(tree));
  async function listFiles(tree) {
    const listed = (await must(['ls-tree', '-r', '-z', tree])).toString().split('\0').filter(Boolean);
    return new Map(
      listed.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t')).split(' ')]),
    );
  }
  const changed = (from, to) =>
    remembered(`changed ${from} ${to}`, async () => {
      const listed = await must(['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to]);
      return listed.toString().split('\0').filter(Boolean);
    });

  function run(tree, repeat, files) {
    const key = `${tree} ${repeat} ${digest(files['test_script.sh'])} ${digest(files['test_parser.py'])}`;
    if (!runs.has(key)) runs.set(key, runAnew(tree, repeat, files));
    return runs.get(key);
  }
  async function runAnew(tree, repeat, files) {
    const harness = new Map([
      ['run.py', new Uint8Array(runProgram)],
      ['tree.tar', new Uint8Array(await must(['archive', '--format=tar', tree]))],
      ['test_script.sh', files['test_script.sh']],
      ['test_parser.py', files['test_parser.py']],
    ]);
    const sandbox = await provider.open({
      base: undefined,
      changes: new Map(),
      harness,
      limits: { timeoutMs: timeoutMs + 60_000 },
    });
    try {
      const argv = [
        'python3',
        `${sandbox.harnessDir}/run.py`,
        sandbox.harnessDir,
        String(repeat),
        String(timeoutMs / 1000),
      ];
      const { stdout, stderr, ending } = await sandbox.run({ argv });
      if (ending !== 'exited') return { ended: false, why: ending };
      return JSON.parse(
        Buffer.from(stdout).toString() || `{"ended": false, "why": ${JSON.stringify(Buffer.from(stderr).toString())}}`,
      );
    } finally {
      await sandbox.close();
    }
  }

  async function findFault(files) {
    const fault = (id, reason) => ({ id, reason });
    const before = await filesOf(original);
    const bug = await applied(original, files['bug_inject.diff']);
    if (bug.problem) return fault('patches-apply', bug.problem);
    const weak = await applied(bug.tree, files['test_weaken.diff']);
    if (weak.problem) return fault('patches-apply', weak.problem);
    for (const tree of [bug.tree, weak.tree]) {
      const odd = [...(await filesOf(tree))].find(
        ([path, [mode]]) => !/^100/.test(mode) && before.get(path)?.[0] !== mode,
      );
      if (odd) return fault('patches-apply', `${odd[0]} is a link or a submodule`);
    }

    const listed = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      .decode(files['test_files.txt'])
      .split('\n')
      .filter((line) => line.trim() !== '' || line.includes('\r'));
    if (listed.length === 0 || new Set(listed).size < listed.length) return fault('test-files', 'empty or repeated');
    const absent = listed.find((path) => !/^100/.test(before.get(path)?.[0] ?? ''));
    if (absent !== undefined) return fault('test-files', `${absent} is no file of the original`);
    const uncovered = (await changed(bug.tree, weak.tree)).find((path) => !listed.includes(path));
    if (uncovered !== undefined) return fault('test-files', `${uncovered} is not listed`);

    const broken = await changed(original, bug.tree);
    if (broken.length === 0) return fault('bug-scope', 'nothing changes');
    const wrong = broken.find((path) => listed.includes(path) || GUARDED.test(path) || SHADOWING.test(path));
    if (wrong !== undefined) return fault('bug-scope', `${wrong} is out of bounds`);

    const [first, second] = await Promise.all([run(original, 0, files), run(original, 1, files)]);
    if (!first.ended || !second.ended) return fault('test-script', 'does not end');
    if (first.report === null || second.report === null) return fault('test-parser', 'no report of the original');
    if (!first.again) return fault('test-parser', 'read again it differs');
    if (first.inventsPasses) return fault('test-parser', 'passes in nothing');
    const stable = (one, two) => JSON.stringify(one.report) === JSON.stringify(two.report);
    if (!stable(first, second)) return fault('determinism', 'the original differs');
    const passing = Object.keys(first.report);
    if (Object.values(first.report).some((status) => status !== 'passed')) return fault('test-script', 'a test fails');
    if (passing.length < LEAST_PASSING) return fault('test-script', `${passing.length} tests`);

    const [buggy, buggyAgain] = await Promise.all([run(bug.tree, 0, files), run(bug.tree, 1, files)]);
    if (!buggy.ended || !buggyAgain.ended) return fault('bug-validity', 'does not end');
    if (buggy.report === null || buggyAgain.report === null) return fault('test-parser', 'no report of the bug');
    if (!stable(buggy, buggyAgain)) return fault('determinism', 'the bug differs');
    const failing = passing.filter((id) => buggy.report[id] !== 'passed');
    if (failing.length === 0) return fault('bug-validity', 'nothing fails');
    if (failing.length === passing.length) return fault('bug-validity', 'all fails');

    const weakened = await run(weak.tree, 0, files);
    if (!weakened.ended) return fault('test-weakening', 'does not end');
    if (weakened.report === null) return fault('test-parser', 'no report of the weakening');
    if (!failing.some((id) => weakened.report[id] === 'passed')) return fault('test-weakening', 'hides nothing');

    for (const group of changeGroups(broken, files['bug_inject.diff'])) {
      const lines = group.map((path) =>
        before.has(path)
          ? `${before.get(path)[0]} ${before.get(path)[2]}\t${path}\0`
          : `0 ${'0'.repeat(40)}\t${path}\0`,
      );
      const back = await remembered(`back ${bug.tree} ${lines}`, () =>
        treeAfter(bug.tree, async (index) => {
          await must(['update-index', '-z', '--index-info'], { input: lines.join(''), index });
        }),
      );
      const reverted = await run(back.tree, 0, files);
      if (reverted.ended && reverted.report === null) return fault('test-parser', `no report without ${group}`);
      if (!reverted.ended || !failing.some((id) => reverted.report[id] === 'passed'))
        return fault('inverse-mutation', `${group} is idle`);
    }
    return undefined;
  }

  return {
    judge: async (files) => ({
      failed: await findFault(files).catch((error) => ({ id: 'unreadable', reason: String(error) })),
    }),
    runCount: () => runs.size,
    close: () => rm(scratch, { recursive: true, force: true }),
  };
}

/** Git refuses a patch that lacks its last line feed; by parsePatch it may, since the counts tell that all is there. */
function withLastLineFeed(patch) {
  return patch.length === 0 || patch.at(-1) === 10 ? patch : Buffer.concat([patch, Buffer.from('\n')]);
}

/** Changed paths, those of a rename together. */
function changeGroups(paths, diff) {
  const renames = [
    ...Buffer.from(diff)
      .toString()
      .matchAll(/^rename from (.*)\nrename to (.*)$/gm),
  ];
  const groups = paths.map((path) => [path]);
  for (const [, from, to] of renames) {
    const joined = groups.filter((group) => group.includes(from) || group.includes(to));
    for (const group of joined) groups.splice(groups.indexOf(group), 1);
    groups.push([...new Set(joined.flat())]);
  }
  return groups.filter((group) => group.length > 0);
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function collect(program, args, { input, env, cwd }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const [stdout, stderr] = [[], []];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }));
    child.stdin.end(input);
  });
}
