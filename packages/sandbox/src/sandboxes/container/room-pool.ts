import { SandboxError } from '../../sandbox-error.js';
import type { Room } from './room.js';

/** The containers of one workspace: one for each command that runs, and some that wait for the next. */
export interface RoomPool {
  /** A room in which nothing is. Throws SandboxError where none can be made. */
  take(): Promise<Room>;
  /** Keeps a clean room for the next command. */
  giveBack(room: Room): Promise<void>;
  /** Takes a room away with all that is in it; it is gone when this resolves. */
  discard(room: Room): Promise<void>;
  /** Ends all rooms, those in use too. */
  close(): Promise<void>;
}

const MAX_IDLE = 2;

/**
 * The file systems of a workspace are in memory and gone with the last container that has them: before that one is taken
 * away there is another.
 */
export async function createRoomPool(open: () => Promise<Room>): Promise<RoomPool> {
  const all = new Set<Room>();
  const discarded = new Set<Room>();
  const idle: Room[] = [];
  const opening = new Set<Promise<Room>>();
  let isClosed = false;

  async function add(): Promise<Room> {
    if (isClosed) throw new SandboxError('sandbox-closed', 'The sandbox is closed.');
    const pending = open();
    opening.add(pending);
    try {
      const room = await pending;
      all.add(room);
      return room;
    } finally {
      opening.delete(pending);
    }
  }

  async function discard(room: Room): Promise<void> {
    all.delete(room);
    discarded.add(room);
    try {
      if (all.size === 0 && !isClosed) idle.push(await add());
    } finally {
      await room.remove();
      discarded.delete(room);
    }
  }

  idle.push(await add());

  return {
    take: async () => idle.pop() ?? (await add()),
    async giveBack(room) {
      if (isClosed) return;
      if (idle.length < MAX_IDLE) idle.push(room);
      else await discard(room);
    },
    discard,
    async close() {
      isClosed = true;
      await Promise.allSettled([...opening]);
      await Promise.all([...all, ...discarded].map((room) => room.remove()));
    },
  };
}
