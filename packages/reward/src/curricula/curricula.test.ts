import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPositiveExamples } from './add-positive-examples.js';
import { dropMastered } from './drop-mastered.js';
import { advanceCurriculum, type PromptCurriculum, startCurriculum } from './prompt-curriculum.js';
import { secondStage } from './second-stage.js';

const task = (solved: number, graded: number, id = `${solved}/${graded}`) => ({ id, solved, graded });
const ids = (tasks: readonly { id: string }[]) => tasks.map(({ id }) => id);

describe('dropping what is mastered', () => {
  test('keeps an accuracy of 0.9 and of 0, drops one of 0.90625', () => {
    const tasks = [task(9, 10), task(29, 32), task(0, 8), task(8, 8), task(0, 0), task(18, 20)];
    expect(ids(dropMastered(tasks))).toEqual(['9/10', '0/8', '0/0', '18/20']);
    expect(ids(dropMastered(tasks, 0.95))).toEqual(['9/10', '29/32', '0/8', '0/0', '18/20']);
  });

  test('refuses counts that cannot be', () => {
    expect(() => dropMastered([task(3, 2)])).toThrow(expect.objectContaining({ code: 'count-out-of-range' }));
    expect(() => dropMastered([], 2)).toThrow(expect.objectContaining({ code: 'probability-out-of-range' }));
  });
});

describe('the second stage', () => {
  const tasks = [task(6, 10), task(7, 10), task(0, 10), task(2, 3), task(20, 30), task(1, 10), task(0, 0)];

  test('keeps what is solved at times, but not too often', () => {
    expect(ids(secondStage(tasks))).toEqual(['6/10', '2/3', '20/30', '1/10', '0/0']);
  });

  test('drops the boundary too if told so', () => {
    expect(ids(secondStage(tasks, { boundary: 'drop' }))).toEqual(['6/10', '1/10', '0/0']);
  });

  test('meets its boundary exactly, whatever the counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (third) => {
        const exact = [task(2 * third, 3 * third)];
        expect(secondStage(exact)).toEqual(exact);
        expect(secondStage(exact, { boundary: 'drop' })).toEqual([]);
        expect(secondStage([task(2 * third + 1, 3 * third)])).toEqual([]);
      }),
    );
  });
});

describe('the curriculum of prompts', () => {
  const start = startCurriculum([
    task(3, 16, 'a'),
    task(0, 16, 'b'),
    task(0, 16, 'c'),
    task(0, 0, 'd'),
    task(0, 16, 'e'),
  ]);
  const measured = (...solved: string[]) => ({
    type: 'measured' as const,
    records: solved.map((id) => task(1, 8, id)),
  });
  const trained = (steps: number, successRate: number | null) => ({ type: 'trained' as const, steps, successRate });
  const outcome = ({ active, excluded }: PromptCurriculum) => [active.join(''), ids(excluded).join('')];

  test('starts without what no attempt solved', () => {
    expect(outcome(start)).toEqual(['ad', 'bce']);
  });

  test('takes back, each 100 steps above the threshold, what has improved', () => {
    const improved = advanceCurriculum(start, measured('c', 'e', 'a'));
    expect(outcome(improved)).toEqual(['ad', 'bce']);
    expect(outcome(advanceCurriculum(improved, trained(99, 0.9)))).toEqual(['ad', 'bce']);
    expect(outcome(advanceCurriculum(improved, trained(100, 0.9)))).toEqual(['adce', 'b']);
    expect(outcome(advanceCurriculum(improved, trained(100, 0.5)))).toEqual(['ad', 'bce']);
    expect(outcome(advanceCurriculum(improved, trained(100, null)))).toEqual(['ad', 'bce']);
    const later = advanceCurriculum(advanceCurriculum(improved, trained(60, 0.9)), trained(40, 0.9));
    expect(later).toMatchObject({ step: 100, active: ['a', 'd', 'c', 'e'] });
  });

  test('takes back no more than its count each time', () => {
    const options = { count: 1, everySteps: 10, threshold: 0.2, onlyImproved: false };
    const once = advanceCurriculum(start, trained(10, 0.3), options);
    expect(outcome(once)).toEqual(['adb', 'ce']);
    expect(outcome(advanceCurriculum(once, trained(25, 0.3), options))).toEqual(['adbce', '']);
    expect(outcome(advanceCurriculum(once, trained(5, 0.3), options))).toEqual(['adb', 'ce']);
  });

  test('takes back 500 without options', () => {
    const many = Array.from({ length: 600 }, (_, index) => `${index}`);
    const unsolved = startCurriculum(many.map((id) => task(0, 16, id)));
    const { active, excluded } = advanceCurriculum(advanceCurriculum(unsolved, measured(...many)), trained(100, 0.6));
    expect(active).toEqual(many.slice(0, 500));
    expect(ids(excluded)).toEqual(many.slice(500));
  });

  test('a failed measurement takes nothing away, and nothing changes in place', () => {
    const before = structuredClone(start);
    const improved = advanceCurriculum(start, measured('b'));
    const again = advanceCurriculum(improved, { type: 'measured', records: [task(0, 8, 'b')] });
    expect(again).toEqual(improved);
    expect(start).toEqual(before);
  });

  test('never loses or doubles a prompt', () => {
    const event = fc.oneof(
      fc.subarray(['a', 'b', 'c', 'd', 'e']).map((some) => measured(...some)),
      fc.tuple(fc.nat(150), fc.double({ min: 0, max: 1, noNaN: true })).map(([steps, rate]) => trained(steps, rate)),
    );
    fc.assert(
      fc.property(fc.array(event), fc.integer({ min: 1, max: 3 }), (events, count) => {
        const end = events.reduce((state, each) => advanceCurriculum(state, each, { count }), start);
        expect([...end.active, ...ids(end.excluded)].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
      }),
    );
  });

  test.each([{ threshold: 2 }, { count: 0 }, { everySteps: 0 }])('refuses %j', (options) => {
    expect(() => advanceCurriculum(start, trained(1, 0.5), options)).toThrow(
      expect.objectContaining({ name: 'RewardError' }),
    );
  });
});

describe('positive examples', () => {
  const sample = (id: string, reward: number | null) => ({ id, reward });
  const batch = [sample('x', 0), sample('b', 1)];
  const iterations = [
    [sample('old', 1)],
    [sample('a', 1), sample('no', 0), sample('lost', null)],
    [sample('b', 1), sample('c', 1), sample('a', 1)],
  ];

  test('of recent iterations join the batch once each, oldest first', () => {
    const joined = addPositiveExamples(batch, iterations, { recentIterations: 2 });
    expect(ids(joined)).toEqual(['x', 'b', 'a', 'c']);
    expect(ids(addPositiveExamples(batch, iterations, { recentIterations: 9 }))).toEqual(['x', 'b', 'old', 'a', 'c']);
    expect(addPositiveExamples(batch, [], { recentIterations: 1 })).toEqual(batch);
  });

  test('above a limit are drawn by the seed, in their order, each as often as any other', () => {
    const many = [Array.from({ length: 10 }, (_, index) => sample(`${index}`, 1))];
    const drawn = (seed: number) => addPositiveExamples([], many, { recentIterations: 1, limit: 4, seed });
    const times = new Map<string, number>();
    for (let seed = 0; seed < 1000; seed++) {
      const some = ids(drawn(seed));
      expect(some).toHaveLength(4);
      expect(some).toEqual(some.toSorted());
      for (const id of some) times.set(id, (times.get(id) ?? 0) + 1);
    }
    expect(drawn(7)).toEqual(drawn(7));
    // 400 each, standard deviation 15.5.
    for (const count of times.values()) expect(Math.abs(count - 400)).toBeLessThan(78);
    expect(times.size).toBe(10);
  });

  test.each([
    [{ recentIterations: 0 }, 'count-out-of-range'],
    [{ recentIterations: 1, limit: -1 }, 'count-out-of-range'],
    [{ recentIterations: 1, positive: Number.NaN }, 'not-finite'],
    [{ recentIterations: 1, seed: 0.5 }, 'option-out-of-range'],
  ])('refuses %j', (options, code) => {
    expect(() => addPositiveExamples(batch, iterations, options)).toThrow(expect.objectContaining({ code }));
  });
});
