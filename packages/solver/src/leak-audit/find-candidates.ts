import { crc32 } from 'node:zlib';
import type { RemovedText } from './removed-text.js';
import type { ToolchainIndex } from './toolchain-index.js';

/** A removed line that more texts hold says nothing of any of them. */
const MAX_HOLDERS = 8;
/** A text with so many of the lines of a changed file may be a copy of it. */
const MIN_SHARE = 0.3;
const MIN_SHARED = 3;
/** Shorter lines are not in the index. */
const INDEXED_LINE = 12;
/** Of a name that more files have, only those in a directory of the same name are looked at. */
const MAX_NAMED_ALIKE = 50;
const MAX_CANDIDATES = 400;

/**
 * The files outside of the workspace that may hold something of the original: by a removed line that few files have, by
 * a share of the lines of a changed file, by its name, or as bytecode of a module of its name; packs of git always.
 */
export function findCandidates(index: ToolchainIndex, removed: readonly RemovedText[]): string[] {
  const numbers = new Set([...holdingLines(index, removed), ...namedAlike(index, removed)]);
  const paths = [...numbers].slice(0, MAX_CANDIDATES).map((number) => index.paths[number]!);
  return [...new Set([...index.packs, ...paths])];
}

function namedAlike(index: ToolchainIndex, removed: readonly RemovedText[]): number[] {
  return removed.flatMap(({ path }) => {
    const parts = path.split('/');
    const name = parts.at(-1)!;
    const alike = index.byName.get(name) ?? [];
    const directory = parts.length > 1 ? `/${parts.at(-2)}/` : '/';
    const near = alike.filter((number) => index.paths[number]!.includes(directory));
    const stem = name.replace(/\.py$/, '');
    const compiled = Object.hasOwn(index.modules, stem) ? index.modules[stem]! : [];
    const chosen = alike.length <= MAX_NAMED_ALIKE ? alike : near;
    return [...chosen, ...(compiled.length <= MAX_NAMED_ALIKE ? compiled : [])];
  });
}

function holdingLines(index: ToolchainIndex, removed: readonly RemovedText[]): number[] {
  // Which changed files have a line of a checksum.
  const owners = new Map<number, number[]>();
  const strong = new Set<number>();
  const sizes = removed.map(({ all, lines, strong: numbers }, file) => {
    const sums = new Set(all.filter(({ length }) => length >= INDEXED_LINE).map(sumOf));
    for (const sum of sums) owners.set(sum, [...(owners.get(sum) ?? []), file]);
    for (const number of numbers) strong.add(sumOf(lines[number]!));
    return sums.size;
  });
  const filter = new Uint8Array(1 << 16);
  for (const sum of [...owners.keys(), ...strong]) filter[sum & 0xffff] = 1;

  const copies = new Map<number, number>();
  const holders = new Map<number, number[]>();
  let position = 0;
  for (const [file, texts] of index.counts.entries()) {
    for (const count of texts) {
      const shared = new Array<number>(removed.length).fill(0);
      for (const end = position + count; position < end; position += 1) {
        const sum = index.sums[position]!;
        if (filter[sum & 0xffff] === 0) continue;
        if (strong.has(sum)) holders.set(sum, [...(holders.get(sum) ?? []), file]);
        for (const owner of owners.get(sum) ?? []) shared[owner]! += 1;
      }
      const share = Math.max(0, ...shared.map((lines, owner) => (lines < MIN_SHARED ? 0 : lines / sizes[owner]!)));
      if (share >= MIN_SHARE) copies.set(file, Math.max(share, copies.get(file) ?? 0));
    }
  }
  const found = [...holders.values()].filter((files) => files.length <= MAX_HOLDERS).flat();
  return [...found, ...[...copies].sort(([, a], [, b]) => b - a).map(([file]) => file)];
}

function sumOf(line: string): number {
  return crc32(Buffer.from(line, 'latin1'));
}
