/** What files held before they were edited, so that edits can be undone, the latest first. */
export interface EditHistory {
  push(path: string, content: Uint8Array): void;
  /** Undefined: nothing is known of an edit of the file. */
  latest(path: string): Uint8Array | undefined;
  /** Forgets the latest. */
  pop(path: string): void;
}

/** Of all files together; the oldest edits are forgotten first. */
const MAX_BYTES = 64 * 1024 ** 2;

export function createEditHistory(maxBytes: number = MAX_BYTES): EditHistory {
  const edits: { readonly path: string; readonly content: Uint8Array }[] = [];
  let bytes = 0;
  const placeOf = (path: string) => edits.findLastIndex((edit) => edit.path === path);
  return {
    push(path, content) {
      edits.push({ path, content });
      bytes += content.length;
      while (bytes > maxBytes) bytes -= edits.shift()?.content.length ?? 0;
    },
    latest: (path) => edits[placeOf(path)]?.content,
    pop(path) {
      const place = placeOf(path);
      if (place !== -1) bytes -= edits.splice(place, 1)[0]?.content.length ?? 0;
    },
  };
}
