/** A text, whose elements are its code points, or a list of elements that are compared as keys of a Map are. */
export type Sequence = string | readonly unknown[];

/** Both sequences as numbers: elements are equal exactly when their numbers are. */
export interface EncodedSequences {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Distinct elements of `b`, which have the numbers below; an element that only `a` has is -1. */
  readonly distinct: number;
}

export function encodeSequences(a: Sequence, b: Sequence): EncodedSequences {
  const numbers = new Map<unknown, number>();
  const encodedB = Int32Array.from(elementsOf(b), (element) => {
    const known = numbers.get(element);
    if (known !== undefined) return known;
    numbers.set(element, numbers.size);
    return numbers.size - 1;
  });
  const encodedA = Int32Array.from(elementsOf(a), (element) => numbers.get(element) ?? -1);
  return { a: encodedA, b: encodedB, distinct: numbers.size };
}

function elementsOf(sequence: Sequence): readonly unknown[] {
  return typeof sequence === 'string' ? Array.from(sequence) : sequence;
}
