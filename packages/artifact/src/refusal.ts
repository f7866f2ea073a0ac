import type { PatchRefusal } from './git-diff.js';

export interface RefusalPlace {
  readonly line?: number | undefined;
  readonly path?: string | undefined;
}

/** Carries a refusal out of the depth of a parser; never leaves the functions that `catchRefusal` wraps. */
class RefusalSignal extends Error {
  readonly refusal: PatchRefusal;
  constructor(refusal: PatchRefusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** The value of a refusal. */
export function aRefusal(code: PatchRefusal['code'], reason: string, place: RefusalPlace = {}): PatchRefusal {
  return { status: 'refused', code, reason, line: place.line, path: place.path };
}

/** Ends the work of the enclosing `catchRefusal` with this refusal. */
export function refuse(code: PatchRefusal['code'], reason: string, place: RefusalPlace = {}): never {
  throw new RefusalSignal(aRefusal(code, reason, place));
}

/** What `work` returns, or the refusal it ended with. Other errors pass through. */
export function catchRefusal<Result>(work: () => Result): Result | PatchRefusal {
  try {
    return work();
  } catch (error) {
    return refusalOf(error);
  }
}

/** As `catchRefusal`, for work that waits. */
export async function catchRefusalAsync<Result>(work: () => Promise<Result>): Promise<Result | PatchRefusal> {
  try {
    return await work();
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): PatchRefusal {
  if (error instanceof RefusalSignal) return error.refusal;
  throw error;
}
