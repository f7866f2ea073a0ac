import { expect, test } from 'vitest';
import { candidateId, withoutCandidate } from './candidate-id.js';

test('candidates differ by rollout, turn and number, and belong to their rollout', () => {
  const ids = ['r1', 'r1#candidate-9'].flatMap((id) =>
    [1, 2, 11].flatMap((turn) => [0, 1, 10].map((candidate) => ({ id, name: candidateId(id, turn, candidate) }))),
  );
  expect(new Set(ids.map(({ name }) => name)).size).toBe(18);
  for (const { id, name } of ids) expect(withoutCandidate(name)).toBe(id);
  expect(withoutCandidate('r#1')).toBe('r#1');
});
