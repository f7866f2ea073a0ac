/** Longest patch text that is read, in bytes. */
export const MAX_PATCH_BYTES: number = 32 * 1024 * 1024;
/** Most lines of a patch text; keeps the memory of a parsed patch within a few hundred MiB. */
export const MAX_PATCH_LINES = 2_000_000;
/** Most bytes that all binary data of one patch may inflate to, and that its deltas may build. */
export const MAX_BINARY_BYTES: number = 64 * 1024 * 1024;
/** Most bytes of all files that one patch may write; a copy writes its source again. */
export const MAX_WRITTEN_BYTES: number = 256 * 1024 * 1024;
/** Longest line of a file header: two quoted paths of the longest kind and some words. */
export const MAX_HEADER_LINE_BYTES = 20_000;
/** Most files of one patch. */
export const MAX_PATCH_FILES = 10_000;
/** Longest path and longest name in it, in UTF-8 bytes: what every common file system can hold below a workspace. */
export const MAX_PATH_BYTES = 2048;
export const MAX_NAME_BYTES = 255;
/** Most names of one path; ten thousand paths of a thousand directories each would fill the memory. */
export const MAX_PATH_NAMES = 100;
/** Longest target of a symbolic link, in bytes (Linux: PATH_MAX without the final NUL). */
export const MAX_LINK_BYTES = 4095;
