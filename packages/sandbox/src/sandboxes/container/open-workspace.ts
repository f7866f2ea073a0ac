import { randomInt } from 'node:crypto';
import { HARNESS_DIR } from '../../root-skeleton.js';
import type { Limits, WorkspaceRequest } from '../../sandbox.js';
import { SandboxError } from '../../sandbox-error.js';
import type { BaseCache } from './base-cache.js';
import { ContainerSandbox, containerEnvironment } from './container-sandbox.js';
import { KEEPER_DIR } from './container-scripts.js';
import type { EngineClient } from './engine-client.js';
import { ownerLabels } from './ownership.js';
import { openRoom, type RoomPlan } from './room.js';
import { createRoomPool } from './room-pool.js';
import type { SourceImage, UserIds } from './sandbox-image.js';
import { archiveOf, filesOf, harnessArchive, isLeavingLink } from './workspace-archive.js';
import { createVolumes } from './workspace-volumes.js';

/** What the workspaces of one provider share. */
export interface ContainerHost {
  readonly engine: EngineClient;
  readonly source: SourceImage;
  readonly users: UserIds;
  readonly bases: BaseCache;
  /** As in RoomPlan. */
  readonly filter: readonly string[];
  /** The image to run, with these paths hidden. */
  image(hidden: readonly string[]): Promise<string>;
}

const MAX_PATHS_IN_MESSAGE = 5;

/** Opens one workspace; `onClosed` is called when nothing is left of it. */
export async function openContainerWorkspace(
  host: ContainerHost,
  request: WorkspaceRequest,
  limits: Limits,
  onClosed: (sandbox: ContainerSandbox) => void,
): Promise<ContainerSandbox> {
  const { engine, source, users } = host;
  const base = await host.bases.hold(request.base);
  const files = filesOf(base, request.changes);
  const image = await host.image(request.hidden ?? []);
  // Some bounds of the kernel are counted by user: workspaces side by side get different ones.
  const userId = users.first + 2 * randomInt(users.count / 2);
  const volumes = await createVolumes(engine, { workdir: source.workdir, userId, keeperId: userId + 1, limits });
  const plan: Omit<RoomPlan, 'isFirst'> = {
    image,
    labels: ownerLabels(),
    volumes: volumes.byPlace,
    emptyPlaces: emptyPlaces(source),
    limits,
    filter: host.filter,
    hasHealthcheck: source.hasHealthcheck,
    keeperId: userId + 1,
  };
  let newest: string | undefined;
  const rooms = await createRoomPool(async () => {
    const room = await openRoom(engine, { ...plan, isFirst: newest === undefined });
    newest = room.id;
    return room;
  }).catch(async (error) => {
    await volumes.remove().catch(() => {});
    throw error;
  });
  const env = containerEnvironment(source.env);
  const workdirVolume = new Map(
    [...volumes.byPlace].filter(([place]) => place === source.workdir || place === KEEPER_DIR),
  );
  const openView = () =>
    openRoom(engine, { ...plan, isFirst: false, volumes: workdirVolume, emptyPlaces: [...plan.emptyPlaces, '/tmp'] });
  const workspace = { engine, workdir: source.workdir, userId, env, limits, volumes, rooms, openView };
  const sandbox = new ContainerSandbox({ ...workspace, base: base.laid, changes: request.changes }, onClosed);
  try {
    await layFiles(newest!);
    return sandbox;
  } catch (error) {
    await sandbox.close();
    throw error;
  }

  async function layFiles(id: string): Promise<void> {
    const upload = async (path: string, archive: Parameters<EngineClient['request']>[2] & {}) => {
      await engine.request('PUT', `/containers/${id}/archive`, { ...archive, query: { path } });
    };
    const leaving = [...files].filter(([path, file]) => isLeavingLink(path, file)).map(([path]) => path);
    if (leaving.length > 0) throw refuseLinks(leaving);
    const isLate = (path: string) => request.isUniform !== true && request.changes.has(path);
    if (files.size > 0) await upload(source.workdir, { archive: archiveOf(files, userId, isLate) });
    if (request.harness !== undefined && request.harness.size > 0) {
      await upload(HARNESS_DIR, { archive: harnessArchive(request.harness) });
    }
  }
}

/** Engines keep some places writable in a container whose files are read-only, and image volumes always are. */
function emptyPlaces(source: SourceImage): string[] {
  const places = ['/run', '/var/tmp', ...source.volumes];
  return [...new Set(places)].filter((place) => place !== source.workdir && place !== '/tmp');
}

function refuseLinks(paths: readonly string[]): SandboxError {
  const named = paths
    .slice(0, MAX_PATHS_IN_MESSAGE)
    .map((path) => JSON.stringify(path))
    .join(', ');
  return new SandboxError(
    'invalid-request',
    `Expected symbolic links that stay in the repository, since container engines lay no others; got ${named}.`,
  );
}
