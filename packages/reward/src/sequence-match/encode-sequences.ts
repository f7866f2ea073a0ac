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
  const elementsOfB = typeof b === 'string' ? Array.from(b) : b;
  const elementsOfA = typeof a === 'string' ? Array.from(a) : a;
  const encodedB = Int32Array.from(elementsOfB, (element) => {
    const known = numbers.get(element);
    if (known !== undefined) return known;
    numbers.set(element, numbers.size);
    return numbers.size - 1;
  });
  const encodedA = Int32Array.from(elementsOfA, (element) => numbers.get(element) ?? -1);
  return { a: encodedA, b: encodedB, distinct: numbers.size };
}
