import { InvalidArgumentError, Option } from 'commander';

interface NumberRange {
  readonly min: number;
  readonly max?: number;
  readonly isWhole?: boolean;
}

/** Reads a number of an option. Rejects everything else with a sentence that says what is expected. */
export function numberIn({
  min,
  max = Number.MAX_SAFE_INTEGER,
  isWhole = true,
}: NumberRange): (text: string) => number {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= min && value <= max && (!isWhole || Number.isSafeInteger(value))) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Expected a ${isWhole ? 'whole ' : ''}number ${range}.`);
  };
}

/** An option with a few possible values; a near miss is answered with the value that was meant. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, `${description} (${values.join(', ')})`);
  return option.argParser((text: string) => {
    if (values.includes(text)) return text;
    const near = nearest(text, values);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new InvalidArgumentError(`Expected one of ${values.join(', ')}.${hint}`);
  });
}

/** The candidate that takes fewest edits to reach, if that is few of its letters. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(text.toLowerCase(), candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= best.candidate.length / 2 ? best.candidate : undefined;
}

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = previous[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
