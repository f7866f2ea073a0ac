/** Longest text in a call: the paper's 65,536 tokens, taken as four characters each, since there is no tokenizer here. */
export const MAX_ACTION_CHARACTERS = 262_144;

export const MAX_PATH_CHARACTERS = 4096;
