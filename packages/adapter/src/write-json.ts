/** Deeper than any input of a tool, and far from the depth at which recursive programs end. */
const MAX_DEPTH = 100;
/** Stands for what a policy nested deeper than JSON can be written: no tool takes it, and it must not end the program. */
const TOO_DEEP = '{"unwritable":"nested too deeply"}';

/** The JSON text of what a policy gave a tool. */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

/** Whether a value of JSON is nested so deeply that reading on is not worth the risk. */
export function isTooDeep(value: unknown, levelsLeft: number = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levelsLeft === 0 || Object.values(value).some((part) => isTooDeep(part, levelsLeft - 1));
}
