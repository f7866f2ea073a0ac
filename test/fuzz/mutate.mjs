// Mutations of bytes that a seed decides, for fuzzing with real inputs; shared by the tests here and bench/.
const SPECIALS = [
  '\0',
  '\r',
  '\r\n',
  '\n',
  '\n\n',
  '\ufeff',
  '\u2028',
  '\u0301',
  '\u200c',
  '\ud83d\ude00',
  '"',
  '\\',
  '\\ No newline at end of file\n',
  '/',
  '../',
  '.git/',
  '@@',
  '-',
  '+',
  ' ',
  '\t',
  '{',
  '[',
  ']',
  '}',
  'e308',
  '\x1b[2J',
].map((text) => Buffer.from(text));
/** What is not UTF-8: a lone continuation, an overlong slash, half a surrogate pair, a cut sequence. */
const BROKEN = [[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xff, 0xfe]].map((bytes) =>
  Buffer.from(bytes),
);
const NUMBERS = [
  '0',
  '-1',
  '1',
  '00',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '1e999',
  '99999999999999999999999999',
];

/** Random choices that a seed decides (mulberry32); equal seeds give equal choices on every machine. */
export function createDice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // The first draws of neighbouring seeds resemble each other.
  for (let round = 0; round < 8; round += 1) next();
  const below = (bound) => Math.floor(next() * Math.max(1, bound));
  return { next, below, pick: (items) => items[below(items.length)], chance: (share) => next() < share };
}

/** One to four mutations of `bytes`; `donor` is another input of the same kind, for splices. */
export function mutateBytes(dice, bytes, donor = bytes) {
  let mutant = Buffer.from(bytes);
  for (let left = dice.chance(0.6) ? 1 : 2 + dice.below(3); left > 0; left -= 1)
    mutant = dice.pick(OPERATIONS)(dice, mutant, Buffer.from(donor));
  return new Uint8Array(mutant);
}

const flipByte = (dice, bytes) => {
  const mutant = Buffer.from(bytes);
  if (mutant.length > 0) mutant[dice.below(mutant.length)] ^= 1 << dice.below(8);
  return mutant;
};
const insert = (dice, bytes) => splice(bytes, dice.below(bytes.length + 1), 0, dice.pick(SPECIALS));
const insertBroken = (dice, bytes) => splice(bytes, dice.below(bytes.length + 1), 0, dice.pick(BROKEN));
const inFront = (dice, bytes) => Buffer.concat([dice.pick(SPECIALS), bytes]);
const behind = (dice, bytes) =>
  Buffer.concat([bytes, dice.chance(0.5) ? Buffer.alloc(1 + dice.below(64)) : dice.pick(SPECIALS)]);
const cutRange = (dice, bytes) => splice(bytes, dice.below(bytes.length), 1 + dice.below(40), Buffer.alloc(0));
const truncate = (dice, bytes) => bytes.subarray(0, dice.below(bytes.length));
const doubleRange = (dice, bytes) => {
  const from = dice.below(bytes.length);
  return splice(bytes, dice.below(bytes.length), 0, bytes.subarray(from, from + 1 + dice.below(200)));
};
const spliceDonor = (dice, bytes, donor) =>
  Buffer.concat([bytes.subarray(0, dice.below(bytes.length)), donor.subarray(dice.below(donor.length))]);
const append = (_, bytes, donor) => Buffer.concat([bytes, donor]);
const editNumber = (dice, bytes) => {
  const numbers = [...bytes.toString('latin1').matchAll(/\d+/g)];
  if (numbers.length === 0) return bytes;
  const { 0: digits, index } = dice.pick(numbers);
  const near = dice.chance(0.6) ? String(Number(digits.slice(0, 15)) + dice.below(5) - 2) : dice.pick(NUMBERS);
  return splice(bytes, index, digits.length, Buffer.from(near));
};
const editLines = (dice, bytes) => {
  const lines = bytes.toString('latin1').split('\n');
  const [from, to] = [dice.below(lines.length), dice.below(lines.length)];
  const change = dice.below(4);
  if (change === 0) lines.splice(from, 1);
  else if (change === 1) lines.splice(to, 0, lines[from]);
  else if (change === 2) [lines[from], lines[to]] = [lines[to], lines[from]];
  else lines.splice(from, 1 + dice.below(5));
  return Buffer.from(lines.join('\n'), 'latin1');
};
const endLinesOtherwise = (dice, bytes) => {
  const text = bytes.toString('latin1');
  return Buffer.from(dice.chance(0.5) ? text.replaceAll('\n', '\r\n') : text.replaceAll('\n', '\r'), 'latin1');
};
const repeatByte = (dice, bytes) =>
  splice(bytes, dice.below(bytes.length + 1), 0, Buffer.alloc(1 + dice.below(5000), dice.below(256)));

const OPERATIONS = [
  flipByte,
  flipByte,
  insert,
  insert,
  insertBroken,
  inFront,
  behind,
  cutRange,
  truncate,
  doubleRange,
  spliceDonor,
  append,
  editNumber,
  editNumber,
  editLines,
  editLines,
  editLines,
  endLinesOtherwise,
  repeatByte,
];

function splice(bytes, at, cut, put) {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
}
