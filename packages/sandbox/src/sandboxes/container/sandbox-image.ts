import { posix } from 'node:path';
import { digestContent } from '../../lay-out-tree.js';
import { HARNESS_DIR, HOME_DIR } from '../../root-skeleton.js';
import { SandboxError } from '../../sandbox-error.js';
import { PREPARE_SCRIPT } from './container-scripts.js';
import { demultiplex } from './demultiplex.js';
import { type EngineClient, EngineRefusal } from './engine-client.js';
import { ownerLabels } from './ownership.js';
import { removeContainer } from './room.js';

/** An image of the user's, as the engine describes it. */
export interface SourceImage {
  /** `sha256:...` */
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  /** Places that the image declares as volumes. */
  readonly volumes: readonly string[];
  readonly hasHealthcheck: boolean;
}

/** User ids of one provider: an even one for the commands of a workspace, the next for its first processes. */
export interface UserIds {
  readonly first: number;
  readonly count: number;
}

const REPOSITORY = 'swe-selfplay-sandbox';
const PREPARE_TIMEOUT_MS = 600_000;
const FIXED_PLACES = [HOME_DIR, HARNESS_DIR, '/tmp', '/run', '/var/tmp', '/dev/shm'];

/** Throws SandboxError `isolation-unavailable` where the engine has no such image, `invalid-request` for the work dir. */
export async function inspectImage(engine: EngineClient, image: string, workdir?: string): Promise<SourceImage> {
  const { Id, Config } = await findImage(engine, image);
  const place = workdir ?? (Config?.WorkingDir || '/');
  const env = Object.fromEntries(
    (Config?.Env ?? []).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  assertWorkdir(place, workdir === undefined);
  assertDependenciesOutside(place, env);
  const hasHealthcheck = (Config?.Healthcheck?.Test?.length ?? 0) > 0;
  const id = Id.startsWith('sha256:') ? Id : `sha256:${Id}`;
  return { id, env, workdir: place, volumes: Object.keys(Config?.Volumes ?? {}), hasHealthcheck };
}

interface ImageDescription {
  readonly Id: string;
  readonly Config?: {
    readonly Env?: readonly string[] | null;
    readonly WorkingDir?: string;
    readonly Volumes?: Readonly<Record<string, unknown>> | null;
    readonly Healthcheck?: { readonly Test?: readonly string[] | null } | null;
  };
}

async function findImage(engine: EngineClient, image: string): Promise<ImageDescription> {
  try {
    return await engine.request<ImageDescription>('GET', `/images/${encodeURI(image)}/json`);
  } catch (error) {
    if (!(error instanceof EngineRefusal) || (error.statusCode !== 404 && error.statusCode !== 400)) throw error;
    const message = `The container engine at ${engine.address.name} has no image ${JSON.stringify(image)}. Pull or build it first: nothing is pulled here.`;
    throw new SandboxError('isolation-unavailable', message, { cause: error });
  }
}

function assertWorkdir(workdir: string, isOfImage: boolean): void {
  const isPlace = posix.isAbsolute(workdir) && posix.normalize(workdir) === workdir && !/[:,\0\n]/.test(workdir);
  const isOurs = FIXED_PLACES.some((place) => isWithin(place, workdir) || isWithin(workdir, place));
  const isSystem =
    /^\/(usr|bin|sbin|lib\w*|etc|proc|sys|dev)(\/|$)/.test(workdir) && !/^\/usr\/(local\/)?src\//.test(workdir);
  if (isPlace && workdir !== '/' && !isOurs && !isSystem) return;
  const source = isOfImage ? 'The image names the working directory' : 'Got the work dir';
  throw new SandboxError(
    'invalid-request',
    `${source} ${JSON.stringify(workdir)}; expected the absolute path of a directory for the repository alone, like /testbed.`,
  );
}

/** The work dir is replaced by each workspace: what commands need of the image has to lie elsewhere. */
function assertDependenciesOutside(workdir: string, env: Readonly<Record<string, string>>): void {
  const places = ['PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap((name) => (env[name] ?? '').split(':'));
  const inside = places.find((place) => place !== '' && isWithin(posix.normalize(place), workdir));
  if (inside === undefined) return;
  throw new SandboxError(
    'invalid-request',
    `The image looks for programs in ${inside}, within the work dir ${workdir}, which every workspace replaces. Install dependencies outside the repository.`,
  );
}

/**
 * The image that workspaces run in, made of the user's once and kept in the engine: it has accounts for commands, empty
 * places for what we mount, and nothing at the `hidden` paths and the work dir. Nothing is pulled.
 * Throws SandboxError `isolation-unavailable` where the image lacks programs that the sandbox needs.
 */
export async function prepareImage(
  engine: EngineClient,
  source: SourceImage,
  users: UserIds,
  hidden: readonly string[],
): Promise<string> {
  const entered = [...new Set(placesOfPrograms(source.env).flatMap(directoriesFrom))];
  const list = [source.workdir, users.first, users.count, HOME_DIR, HARNESS_DIR, entered.length, ...entered, ...hidden];
  const script = [PREPARE_SCRIPT, 'sh', ...list.map(String)];
  const tag = digestContent(JSON.stringify([source.id, script])).slice(0, 40);
  const name = `${REPOSITORY}:${tag}`;
  if (await hasImage(engine, name)) return name;
  const { Id: id } = await engine.request<{ Id: string }>('POST', '/containers/create', {
    body: {
      Image: source.id,
      Entrypoint: ['sh', '-c', ...script],
      Cmd: [],
      User: '0:0',
      WorkingDir: '/',
      AttachStdout: true,
      AttachStderr: true,
      ...(source.hasHealthcheck ? { Healthcheck: { Test: ['NONE'] } } : {}),
      Labels: ownerLabels(),
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        CapAdd: ['DAC_OVERRIDE', 'FOWNER', 'CHOWN'],
        SecurityOpt: ['no-new-privileges'],
        Ulimits: ['nofile', 'nproc'].map((limit) => ({ Name: limit, Soft: 4096, Hard: 4096 })),
        LogConfig: { Type: 'none' },
      },
    },
  });
  try {
    const output = await runToEnd(engine, id);
    if (output.exitCode !== 0) {
      const reason = output.text.trim() || `exit code ${output.exitCode}`;
      throw new SandboxError('isolation-unavailable', `The image cannot be used as a sandbox: ${reason}.`);
    }
    const query = { container: id, repo: REPOSITORY, tag, comment: 'made by swe-selfplay' };
    await engine.request('POST', '/commit', {
      query,
      body: { Labels: { [REPOSITORY]: source.id } },
      timeoutMs: PREPARE_TIMEOUT_MS,
    });
    return name;
  } finally {
    await removeContainer(engine, id);
  }
}

async function runToEnd(engine: EngineClient, id: string): Promise<{ exitCode: number; text: string }> {
  let text = '';
  const connection = await engine.hijack(`/containers/${id}/attach`, {
    query: { stdout: true, stderr: true, stream: true },
  });
  connection
    .on('error', () => {})
    .on(
      'data',
      demultiplex((_stream, content) => {
        if (text.length < 4000) text += content.toString();
      }),
    );
  try {
    await engine.request('POST', `/containers/${id}/start`);
    const { StatusCode: exitCode } = await engine.request<{ StatusCode: number }>('POST', `/containers/${id}/wait`, {
      timeoutMs: PREPARE_TIMEOUT_MS,
    });
    return { exitCode, text };
  } finally {
    connection.destroy();
  }
}

async function hasImage(engine: EngineClient, name: string): Promise<boolean> {
  try {
    await engine.request('GET', `/images/${name}/json`);
    return true;
  } catch (error) {
    if (error instanceof EngineRefusal && error.statusCode === 404) return false;
    throw error;
  }
}

/** Images made for root keep interpreters below its home, which others may not enter. */
function placesOfPrograms(env: Readonly<Record<string, string>>): string[] {
  return ['PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX']
    .flatMap((name) => (env[name] ?? '').split(':'))
    .filter((place) => place.startsWith('/root/'));
}

/** `/root`, `/root/.venv`, `/root/.venv/bin` for the last of these. */
function directoriesFrom(path: string): string[] {
  const parts = posix
    .normalize(path)
    .split('/')
    .filter((part) => part !== '');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
