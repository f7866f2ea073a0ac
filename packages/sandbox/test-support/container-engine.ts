import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** An engine for tests, with an image of this host's own programs. */
export interface TestEngine {
  readonly host: string;
  /** Has a shell, coreutils, git, util-linux and Python with pytest; its work dir is /workspace. */
  readonly image: string;
  /** Makes an image that has the directory at `workdir`, and returns its id. */
  addDirectory(directory: string, workdir: string): Promise<string>;
  removeImage(image: string): Promise<void>;
  close(): Promise<void>;
}

export type TestEngineSearch =
  | { readonly status: 'found'; readonly engine: TestEngine }
  | { readonly status: 'absent'; readonly reason: string };

const PACKER = join(import.meta.dirname, 'pack-test-image.py');
const START_TIMEOUT_MS = 20_000;
/**
 * What Podman needs to run without a system service and without the right to raise limits. Left alone it keeps two of its
 * own processes for five minutes after every command.
 */
const CONTAINERS_CONF = `
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=4096:4096"]
netns = "none"
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
exit_command_delay = 10
`;

/**
 * The engine that DOCKER_HOST names, or one that listens at a usual place, or else a private Podman service of this
 * process; images stay in the user's cache for the next run. Says why there is none.
 */
export async function findTestEngine(): Promise<TestEngineSearch> {
  const named = process.env.DOCKER_HOST;
  const usual = ['/var/run/docker.sock', '/run/podman/podman.sock'].filter((path) => existsSync(path));
  for (const host of named ? [named] : usual.map((path) => `unix://${path}`)) {
    if (await doesAnswer(host)) return withImage({ host, close: async () => {} });
    if (named) return { status: 'absent', reason: `the engine that DOCKER_HOST names does not answer: ${named}` };
  }
  const missing = ['podman', 'runc'].filter((name) => !isInstalled(name));
  if (missing.length > 0)
    return { status: 'absent', reason: `no engine answers, and not installed: ${missing.join(', ')}` };
  return startPodman();
}

async function startPodman(): Promise<TestEngineSearch> {
  const directory = mkdtempSync(join(tmpdir(), 'swe-selfplay-podman-'));
  // Podman remembers with its images where its files of the moment lie, and refuses another place.
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'swe-selfplay-test-podman');
  const key = createHash('sha256').update(`${cache} ${tmpdir()}`).digest('hex').slice(0, 12);
  const storage = join(cache, key);
  const moment = join(tmpdir(), `swe-selfplay-test-podman-${key}`);
  for (const place of [storage, moment]) mkdirSync(place, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, 'containers.conf'), CONTAINERS_CONF);
  const socket = join(directory, 'socket');
  const args = ['--root', storage, '--runroot', moment, '--runtime', 'runc'];
  // What it mounts is seen by nobody else, such as tests that look at all mounts, and is gone with it.
  const apart = process.getuid?.() === 0 ? ['unshare', '--mount', '--propagation', 'private', '--'] : [];
  const [file, ...line] = [...apart, 'podman', ...args, 'system', 'service', '--time', '0', `unix://${socket}`];
  const service = spawn(file!, line, {
    // Where a process of a container runs out of memory, conmon leaves a file `oom`.
    cwd: directory,
    env: { ...process.env, CONTAINERS_CONF: join(directory, 'containers.conf') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  let hasEnded = false;
  service.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 2000) said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    service.once('exit', () => resolve());
    service.once('error', () => resolve());
  }).then(() => {
    hasEnded = true;
  });
  const close = async () => {
    service.kill();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  const host = `unix://${socket}`;
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!hasEnded && performance.now() < deadline) {
    if (await doesAnswer(host)) return withImage({ host, close });
    await sleep(50);
  }
  await close();
  return { status: 'absent', reason: `podman did not come up: ${said.trim() || 'no reason given'}` };
}

/** Makes sure that the engine has the test image and can run it. */
async function withImage(engine: Pick<TestEngine, 'host' | 'close'>): Promise<TestEngineSearch> {
  try {
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.version, sys.executable)'], {
      encoding: 'utf8',
    });
    const tag = createHash('sha256').update(readFileSync(PACKER)).update(python).digest('hex').slice(0, 16);
    // A name of its own: not every engine heeds a tag in an import.
    const image = `swe-selfplay-test-${tag}`;
    if ((await call(engine.host, 'GET', `/images/${image}/json`)).status !== 200) {
      const archive = execFileSync('python3', [PACKER], { maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });
      const query = `fromSrc=-&repo=${image}&changes=${encodeURIComponent('WORKDIR /workspace')}`;
      const made = await call(engine.host, 'POST', `/images/create?${query}`, archive);
      if (made.status !== 200) throw new Error(`importing the image failed: ${made.text}`);
      const found = await call(engine.host, 'GET', `/images/${image}/json`);
      if (found.status !== 200) throw new Error(`the imported image is not there: ${made.text}`);
    }
    return { status: 'found', engine: { ...engine, image, ...imageMaker(engine.host, image) } };
  } catch (error) {
    await engine.close();
    return {
      status: 'absent',
      reason: `no test image could be made: ${(error as Error).message.trim().slice(0, 500)}`,
    };
  }
}

function imageMaker(host: string, base: string): Pick<TestEngine, 'addDirectory' | 'removeImage'> {
  const ask = async (method: string, path: string, body?: Buffer | object) => {
    const answer = await call(host, method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.text;
  };
  return {
    async addDirectory(directory, workdir) {
      const created = await ask('POST', '/containers/create', { Image: base, Entrypoint: ['true'] });
      const { Id: id } = JSON.parse(created) as { Id: string };
      try {
        const transform = `s,^\\.,${workdir.slice(1)},`;
        const archive = execFileSync('tar', ['-C', directory, '--transform', transform, '-cf', '-', '.'], {
          maxBuffer: 2 ** 28,
        });
        await ask('PUT', `/containers/${id}/archive?path=/`, archive);
        const image = `swe-selfplay-test-${createHash('sha256').update(archive).digest('hex').slice(0, 16)}`;
        const changes = encodeURIComponent(`WORKDIR ${workdir}`);
        await ask('POST', `/commit?container=${id}&repo=${image}&changes=${changes}`, {});
        return image;
      } finally {
        await ask('DELETE', `/containers/${id}?force=1`);
      }
    },
    removeImage: async (image) => void (await call(host, 'DELETE', `/images/${image}?force=1`)),
  };
}

function isInstalled(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function doesAnswer(host: string): Promise<boolean> {
  return (await call(host, 'GET', '/_ping').catch(() => undefined))?.status === 200;
}

function call(
  host: string,
  method: string,
  path: string,
  body?: Buffer | object,
): Promise<{ status: number; text: string }> {
  const unix = /^unix:\/\/(.*)$/.exec(host);
  const url = unix === null ? new URL(host.replace(/^tcp:/, 'http:')) : undefined;
  const target = url === undefined ? { socketPath: unix![1]! } : { host: url.hostname, port: Number(url.port) };
  return new Promise((resolve, reject) => {
    const isArchive = Buffer.isBuffer(body);
    const headers = { 'Content-Type': isArchive ? 'application/x-tar' : 'application/json' };
    const outgoing = request({ ...target, method, path, headers: { Host: 'engine', ...headers } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject).end(body === undefined || isArchive ? body : JSON.stringify(body));
  });
}
