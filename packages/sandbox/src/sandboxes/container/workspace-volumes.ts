import { randomBytes } from 'node:crypto';
import { HARNESS_DIR, HOME_DIR } from '../../root-skeleton.js';
import type { Limits } from '../../sandbox.js';
import { KEEPER_DIR } from './container-scripts.js';
import type { EngineClient } from './engine-client.js';
import { ownerLabels, removeVolume } from './ownership.js';

/** Memory page; the bound of a file system in memory is given in these, since not every engine lets its size be named. */
const BLOCK_BYTES = 4096;
const MIN_FILES = 10_000;

export interface WorkspaceVolumes {
  /** Names of volumes by the place where they belong. */
  readonly byPlace: ReadonlyMap<string, string>;
  /** Removes them; no container may use them any more. */
  remove(): Promise<void>;
}

/** File systems in memory of bounded size and file number, shared by the containers of one workspace and gone with the last. */
export async function createVolumes(
  engine: EngineClient,
  plan: { readonly workdir: string; readonly userId: number; readonly keeperId: number; readonly limits: Limits },
): Promise<WorkspaceVolumes> {
  const { workdir, userId, keeperId, limits } = plan;
  const prefix = `swe-selfplay-${randomBytes(8).toString('hex')}`;
  const blocks = Math.ceil(limits.diskBytes / BLOCK_BYTES);
  const bounds = `nr_blocks=${blocks},nr_inodes=${Math.max(MIN_FILES, blocks)},nosuid,nodev`;
  const own = `${bounds},mode=0755,uid=${userId},gid=${userId}`;
  const options = new Map([
    [workdir, own],
    [HOME_DIR, own],
    ['/tmp', `${bounds},mode=1777`],
    [HARNESS_DIR, `${bounds},mode=0755`],
    [KEEPER_DIR, `nr_blocks=16,nr_inodes=16,nosuid,nodev,mode=0700,uid=${keeperId},gid=${keeperId}`],
  ]);
  const byPlace = new Map([...options.keys()].map((place, index) => [place, `${prefix}-${index}`]));
  const remove = async () => {
    await Promise.all([...byPlace.values()].map((name) => removeVolume(engine, name)));
  };
  try {
    await Promise.all(
      [...options].map(([place, o]) =>
        engine.request('POST', '/volumes/create', {
          body: {
            Name: byPlace.get(place),
            Driver: 'local',
            DriverOpts: { type: 'tmpfs', device: 'tmpfs', o },
            Labels: ownerLabels(),
          },
        }),
      ),
    );
    return { byPlace, remove };
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
}
