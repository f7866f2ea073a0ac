import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constrainCentre, placeLine, placeOpening, placeScroll, windowAt } from './file-window.js';

const SIZE = { lines: 100, overlap: 2 };
const N = 1000;

function opened(line: number | undefined, total: number = N) {
  const { centre, adjusted } = placeOpening(line, total, SIZE);
  return { centre, adjusted, ...windowAt(centre, total, SIZE.lines) };
}

describe('a file of 1000 lines', () => {
  test.each([
    [undefined, 50, 1, 100, 0, 900],
    [300, 334, 285, 384, 284, 616],
    [67, 101, 52, 151, 51, 849],
    [10, 50, 1, 100, 0, 900],
    [990, 950, 901, 1000, 900, 0],
    [1, 50, 1, 100, 0, 900],
    [1000, 950, 901, 1000, 900, 0],
  ])('opens at line %s with centre %i: lines %i to %i', (line, centre, first, last, above, below) => {
    expect(opened(line)).toEqual({ centre, adjusted: undefined, first, last, above, below });
    if (line !== undefined) expect(placeLine(line, N, SIZE)).toBe(centre);
  });

  test('opens at its end where the line is beyond it, at its beginning where there is no such line', () => {
    expect(opened(5000)).toMatchObject({ adjusted: 1000, first: 901, last: 1000 });
    expect(opened(0)).toMatchObject({ adjusted: 1, first: 1, last: 100 });
    expect(opened(-7)).toMatchObject({ adjusted: 1, first: 1, last: 100 });
  });

  test('scrolls by 98 lines, down and back up', () => {
    let { centre } = opened(undefined);
    const seen = ([1, 1, 1, -1] as const).map((direction) => {
      centre = placeScroll(centre, direction, N, SIZE);
      const { first, last } = windowAt(centre, N, SIZE.lines);
      return [centre, first, last];
    });
    expect(seen).toEqual([
      [148, 99, 198],
      [246, 197, 296],
      [344, 295, 394],
      [246, 197, 296],
    ]);
  });

  test('does not scroll out of its ends', () => {
    expect(placeScroll(50, -1, N, SIZE)).toBe(50);
    expect(placeScroll(950, 1, N, SIZE)).toBe(950);
  });
});

test('a file shorter than the window is shown as a whole', () => {
  expect(opened(undefined, 60)).toMatchObject({ first: 1, last: 60, above: 0, below: 0 });
  expect(opened(55, 60)).toMatchObject({ first: 1, last: 60, above: 0, below: 0 });
  expect(opened(undefined, 0)).toMatchObject({ first: 1, last: 0, above: 0, below: 0 });
});

test('any window lies in its file, tells what is around it and is as long as it may be', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -500, max: 3000 }),
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 1, max: 200 }),
      (wanted, total, lines) => {
        const centre = constrainCentre(wanted, total, lines);
        const { first, last, above, below } = windowAt(centre, total, lines);
        const shown = last - first + 1;
        expect(above + shown + below).toBe(total);
        expect([above, shown, below].every((count) => count >= 0)).toBe(true);
        // An odd window shows one line less at the beginning of a file, as its halves are rounded down.
        expect(shown).toBeGreaterThanOrEqual(Math.min(total, lines - (lines % 2)));
        expect(shown).toBeLessThanOrEqual(lines);
      },
    ),
  );
});

test('every line can be gone to', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2000 }), (a, b) => {
      const [line, total] = [Math.min(a, b), Math.max(a, b)];
      const { first, last } = windowAt(placeLine(line, total, SIZE), total, SIZE.lines);
      expect(line >= first && line <= last).toBe(true);
    }),
  );
});

test('scrolling down from the beginning shows every line of a file', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 0, max: 90 }), (total, overlap) => {
      const size = { lines: 100, overlap };
      let centre = placeOpening(undefined, total, size).centre;
      let seenTo = windowAt(centre, total, 100).last;
      for (let step = 0; step < 100 && seenTo < total; step += 1) {
        centre = placeScroll(centre, 1, total, size);
        const { first, last } = windowAt(centre, total, 100);
        expect(first).toBeLessThanOrEqual(seenTo + 1);
        seenTo = last;
      }
      expect(seenTo).toBe(total);
    }),
  );
});
