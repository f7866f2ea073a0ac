import { expect, test } from 'vitest';
import { shareWork } from './shared-work.js';

test('goes on while one caller waits and stops when the last has given up', async () => {
  let isStopped = false;
  const work = shareWork(
    (signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          isStopped = true;
          reject(signal.reason as Error);
        }),
      ),
  );
  const first = new AbortController();
  const second = new AbortController();
  const results = [work.join(first.signal), work.join(second.signal)].map((joined) =>
    joined.catch((error: Error) => error.message),
  );
  first.abort(new Error('first'));
  expect(await results[0]).toBe('first');
  expect([isStopped, work.isAbandoned]).toEqual([false, false]);
  second.abort(new Error('second'));
  expect(await results[1]).toBe('second');
  expect([isStopped, work.isAbandoned]).toEqual([true, true]);
});

test('gives every caller the same result', async () => {
  let started = 0;
  const work = shareWork(async () => {
    started += 1;
    return started;
  });
  expect(await Promise.all([work.join(undefined), work.join(undefined)])).toEqual([1, 1]);
});

test('refuses a caller that has given up before it came', async () => {
  const work = shareWork(async () => 1);
  await expect(work.join(AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  expect(work.isAbandoned).toBe(true);
});

test('warns of no leak when one caller waits for many works with one signal', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 30 }, () => shareWork(async () => 1).join(signal)));
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
