/**
 * The length of the longest common subsequence, exact, by bit-parallel dynamic programming (Hyyro 2004): a column of the
 * table is one bit vector, so the time is length * length / 32 word operations.
 */
export function longestCommonSubsequence(left: Int32Array, right: Int32Array): number {
  const words = Math.ceil(right.length / 32);
  const places = new Map<number, Int32Array>();
  for (const [index, symbol] of right.entries()) {
    const mask = places.get(symbol) ?? new Int32Array(words);
    mask[index >>> 5]! |= 1 << (index & 31);
    places.set(symbol, mask);
  }
  const state = new Int32Array(words).fill(-1);
  for (const symbol of left) {
    const mask = places.get(symbol);
    if (mask === undefined) continue;
    let carry = 0;
    for (let word = 0; word < words; word += 1) {
      const value = state[word]!;
      const matches = value & mask[word]!;
      const sum = (value + matches + carry) | 0;
      carry = (matches | (value & ~sum)) >>> 31;
      state[word] = sum | (value & ~matches);
    }
  }
  let common = 0;
  for (let index = 0; index < right.length; index += 1)
    if (((state[index >>> 5]! >>> (index & 31)) & 1) === 0) common += 1;
  return common;
}
