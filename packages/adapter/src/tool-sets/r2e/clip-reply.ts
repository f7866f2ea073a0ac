/** Longest reply of the file editor, in characters. */
export const MAX_RESPONSE_CHARACTERS = 10_000;

const CLIPPED =
  '<response clipped><NOTE>Only a part is shown, to save context. Find the lines that you need with `grep -n`, then view ' +
  'their range.</NOTE>';

/** The beginning of a text that is too long, with a note; it does not end in half a character. */
export function clipReply(text: string): string {
  if (text.length <= MAX_RESPONSE_CHARACTERS) return text;
  return Buffer.from(text.slice(0, MAX_RESPONSE_CHARACTERS)).toString() + CLIPPED;
}
