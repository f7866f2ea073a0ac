import { longestCommonSubsequence } from './longest-common-subsequence.js';

/**
 * How alike two texts are, 0..1: 2 * LCS / (length + length), counted in code points, 1 for two empty texts. This is
 * `Levenshtein.ratio` of Python's python-Levenshtein and rapidfuzz (1 - insertions and deletions over both lengths), not
 * the ratio of difflib. Symmetric and exact.
 */
export function levenshteinRatio(left: string, right: string): number {
  if (left === right) return 1;
  const leftPoints = toCodePoints(left);
  const rightPoints = toCodePoints(right);
  return (2 * longestCommonSubsequence(leftPoints, rightPoints)) / (leftPoints.length + rightPoints.length);
}

/** Code points; a lone surrogate is one of its own, as in Python. */
function toCodePoints(text: string): Int32Array {
  const points = new Int32Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; length += 1) {
    const point = text.codePointAt(index)!;
    points[length] = point;
    index += point > 0xffff ? 2 : 1;
  }
  return points.subarray(0, length);
}
