// Many solver episodes at once against a model server that thinks: wall time against the bound
// max(think time, CPU work / cores), memory per episode, and what is left behind.
// node bench/concurrent-episodes.mjs [--episodes 256] [--think-ms 2000] [--jobs 2] [--distinct] [--rounds 1]
// --distinct: every attempt hands in another patch, so that none shares a graded run with another.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startToyModel, toyBug } from './toy-model.mjs';

await measure();

async function measure() {
  const { values } = parseArgs({
    options: {
      episodes: { type: 'string', default: '256' },
      'think-ms': { type: 'string', default: '2000' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      distinct: { type: 'boolean', default: false },
    },
  });
  const [episodes, thinkMs, jobs] = [values.episodes, values['think-ms'], values.jobs].map(Number);
  const { createPolicySolver, openEnvironment, openModelPolicy, openSession, playRound, TOOL_CALL_FORMATS } =
    await import('../packages/swe-selfplay/dist/index.js');
  const { makeRepository } = await import('../examples/tallybook/make-repository.mjs');

  const place = mkdtempSync(join(tmpdir(), 'concurrent-episodes-'));
  await makeRepository(join(place, 'tallybook'));
  const environment = await openEnvironment({ directory: join(place, 'tallybook') });
  const server = await startToyModel(thinkMs, values.distinct);
  const atStart = leftovers(server.pid);
  const session = await openSession({ jobs });
  const policy = await openModelPolicy({
    baseUrl: server.baseUrl,
    model: 'toy',
    format: TOOL_CALL_FORMATS.native,
    sampling: { seed: 1 },
  });
  const injector = {
    name: 'given',
    inject: async () => ({ status: 'submitted', artifact: await toyBug(environment, join(place, 'tallybook')) }),
  };
  const solver = createPolicySolver(policy);
  const rules = { minPassingTests: 10 };
  const options = { jobs, concurrency: episodes, rules };

  // The first round lays out the base and fills what is made once; it is not measured.
  await playRound(environment, { ...session, injector, solver }, { ...options, groupSize: 2, seed: 1 });

  const emptyBytes = memoryOfTree(server.pid);
  const cpuBefore = cpuMs(server.pid);
  const startedAt = performance.now();
  let [firstAt, peakBytes, heldAtPeak] = [undefined, 0, 0];
  const underWay = { now: 0, peak: 0 };
  const probe = setInterval(() => {
    const bytes = memoryOfTree(server.pid);
    if (bytes > peakBytes) [peakBytes, heldAtPeak] = [bytes, underWay.now];
  }, 3000);
  const round = await playRound(
    environment,
    { ...session, injector, solver },
    {
      ...options,
      groupSize: episodes,
      seed: 2,
      onEvent: ({ type }) => {
        if (type === 'attempt-start') {
          firstAt ??= performance.now();
          underWay.now += 1;
          underWay.peak = Math.max(underWay.peak, underWay.now);
        }
        if (type === 'attempt-end') underWay.now -= 1;
      },
    },
  );
  clearInterval(probe);
  const wallMs = performance.now() - firstAt;
  const spentMs = cpuMs(server.pid) - cpuBefore;
  const turns = Math.max(...round.trajectories.map((trajectory) => trajectory.turns.length));
  const cores = availableParallelism();
  const boundMs = Math.max(turns * thinkMs, spentMs / cores);
  const peak = await server.peak();

  console.log(`${episodes} episodes of ${turns} turns, ${thinkMs} ms thinking each, ${jobs} jobs, ${cores} cores`);
  console.log(
    `solved ${round.end.group.solved} of ${round.end.group.graded}, conversations at once ${peak} at the server`,
  );
  console.log(`wall ${seconds(wallMs)} (with injection and validation ${seconds(performance.now() - startedAt)})`);
  console.log(`CPU work ${seconds(spentMs)}, ${Math.round(spentMs / episodes)} ms an episode`);
  console.log(
    `bound ${seconds(boundMs)} = max(${seconds(turns * thinkMs)} thinking, ${seconds(spentMs / cores)} CPU / cores)`,
  );
  console.log(`wall / bound ${(wallMs / boundMs).toFixed(2)}`);
  console.log(
    `memory ${mebibytes(peakBytes)} with ${heldAtPeak} episodes, ${mebibytes(emptyBytes)} without: ${mebibytes((peakBytes - emptyBytes) / heldAtPeak)} an episode`,
  );
  const names = ['prepare', 'run_wait', 'run', 'judge_wait', 'judge'];
  const mean = (name) => round.trajectories.reduce((sum, { timings }) => sum + (timings[name] ?? 0), 0) / episodes;
  console.log(`mean ms of an episode: ${names.map((name) => `${name} ${Math.round(mean(name))}`).join(', ')}`);
  await policy.close();
  await session.close();
  await environment.close();
  await sleep(500);
  const atEnd = leftovers(server.pid);
  for (const name of Object.keys(atStart))
    console.log(`${name} at the start ${atStart[name]}, at the end ${atEnd[name]}`);

  server.stop();
  rmSync(place, { recursive: true });
}

/**
 * CPU time of the whole machine, the model server left out, in milliseconds. Of processes that outlive their parents
 * nobody else keeps account, so the machine should do nothing else meanwhile.
 */
function cpuMs(except) {
  const [user, nice, system, , , irq, softirq] = read('/proc/stat').split('\n')[0].split(/ +/).slice(1).map(Number);
  const ofServer = read(`/proc/${except}/stat`).split(') ')[1].split(' ');
  return (user + nice + system + irq + softirq - Number(ofServer[11]) - Number(ofServer[12])) * 10;
}

function leftovers(except) {
  return {
    processes: treeOf(except).length,
    descriptors: readdirSync('/proc/self/fd').length,
    controlGroups: list('/sys/fs/cgroup/memory').filter((name) => name.includes(String(process.pid))).length,
    temporaryFiles: readdirSync(tmpdir()).length,
  };
}

/** Ids of this process and what is below it, the model server left out. */
function treeOf(except) {
  const found = [process.pid];
  for (let index = 0; index < found.length; index++)
    for (const thread of list(`/proc/${found[index]}/task`))
      for (const child of read(`/proc/${found[index]}/task/${thread}/children`).split(' ').filter(Boolean))
        if (Number(child) !== except) found.push(Number(child));
  return found;
}

/** Memory that would be free without them: what processes share is divided among them. */
function memoryOfTree(except) {
  return treeOf(except).reduce(
    (sum, id) => sum + Number(/^Pss: +(\d+)/m.exec(read(`/proc/${id}/smaps_rollup`))?.[1] ?? 0) * 1024,
    0,
  );
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function mebibytes(bytes) {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
