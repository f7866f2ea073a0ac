import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recorded } from '../../test-support/small-server.js';
import { createStreamReader, type StreamEnd } from './event-stream.js';

function read(pieces: readonly string[]): StreamEnd {
  const reader = createStreamReader();
  for (const piece of pieces) reader.push(piece);
  return reader.end();
}

const STREAMS = ['vllm/stream-stop', 'vllm/stream-tool-call', 'vllm/stream-reasoning-tool-call'].map(
  (name) => recorded(name).body as string,
);

test('where the network cuts the pieces makes no difference', () => {
  for (const text of STREAMS) {
    const whole = read([text]);
    expect(whole.status).toBe('complete');
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.sort((left, right) => left - right), text.length];
        expect(read(places.slice(1).map((place, index) => text.slice(places[index], place)))).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  }
});

test('an answer is whole or none, wherever the stream ends', () => {
  for (const text of STREAMS) {
    const whole = read([text]);
    const ids = (end: StreamEnd) => end.status === 'complete' && end.completion.choices[0]!.token_ids;
    for (let place = 0; place < text.length; place += 97) {
      const part = read([text.slice(0, place)]);
      // After the event that ends the choice only the usage is missing.
      if (part.status === 'complete') expect(ids(part)).toEqual(ids(whole));
      else expect(part.status).toBe('cut');
    }
  }
});
