/** Tokens are the bytes of UTF-8, and these. Only the first two are special: decoding leaves them out. */
const TAGS = ['<|im_start|>', '<|im_end|>', '<tool_call>', '</tool_call>', '<think>', '</think>'] as const;
const FIRST_TAG = 256;
const TAG = new RegExp(`(${TAGS.map((tag) => tag.replaceAll('|', '\\|')).join('|')})`);

/** Ends each message. */
export const END_OF_MESSAGE: number = FIRST_TAG + TAGS.indexOf('<|im_end|>');
export const VOCABULARY_SIZE: number = FIRST_TAG + TAGS.length;
/** No token is longer than so many characters. */
export const LONGEST_TOKEN_CHARACTERS: number = Math.max(...TAGS.map((tag) => tag.length));

/** As usual, a tag is a tag wherever it stands, also in what a user wrote. */
export function encode(text: string): number[] {
  const ids: number[] = [];
  for (const part of text.split(TAG)) {
    const tag = (TAGS as readonly string[]).indexOf(part);
    if (tag !== -1) ids.push(FIRST_TAG + tag);
    else for (const byte of Buffer.from(part)) ids.push(byte);
  }
  return ids;
}

/**
 * What each token adds to the text, as engines tell it that decode while they generate: a character of several bytes
 * comes with its last one, and the bytes of one that was never finished add nothing.
 */
export function tokenTexts(ids: readonly number[]): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return ids.map((id) => TAGS[id - FIRST_TAG] ?? decoder.decode(Uint8Array.of(id), { stream: true }));
}

export function isSpecial(id: number): boolean {
  return id === FIRST_TAG || id === END_OF_MESSAGE;
}
