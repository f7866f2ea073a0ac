import { type CodeBlock, namesIn } from '@swe-selfplay/python';

/** Which names the code of tests leads to, by the words in it. Names are not resolved: equal words are one name. */
export interface NameGraph {
  wordsOf(block: CodeBlock): ReadonlySet<string>;
  /** Every name that can be reached from some blocks, `except` not followed; a class leads to its fixtures as well. */
  namesFrom(start: readonly CodeBlock[], except: string): ReadonlySet<string>;
}

export function createNameGraph(blocks: readonly CodeBlock[]): NameGraph {
  const words = new Map(blocks.map((block) => [block, namesIn(block.text)]));
  const binders = new Map<string, CodeBlock[]>();
  const fixtures = new Map<string, CodeBlock[]>();
  for (const block of blocks) {
    // Where the syntax does not tell what a block binds, it may be any of its words.
    for (const name of block.names ?? words.get(block)!) push(binders, name, block);
    if (block.owner !== undefined && !isTestOf(block)) push(fixtures, block.owner, block);
  }
  const wordsOf = (block: CodeBlock) => words.get(block) ?? new Set();
  return {
    wordsOf,
    namesFrom(start, except) {
      const reached = new Set<string>();
      const seen = new Set(start);
      const pending = [...start];
      for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
        const implied = (block.owner !== undefined && fixtures.get(block.owner)) || [];
        const names = [...wordsOf(block), ...implied.flatMap((fixture) => fixture.names ?? [])];
        for (const name of names) {
          if (name === except || reached.has(name)) continue;
          reached.add(name);
          for (const binder of binders.get(name) ?? []) {
            if (seen.has(binder)) continue;
            seen.add(binder);
            pending.push(binder);
          }
        }
      }
      return reached;
    },
  };
}

function isTestOf({ kind, names }: CodeBlock): boolean {
  return kind === 'function' && (names ?? []).every((name) => /^test/i.test(name));
}

function push(map: Map<string, CodeBlock[]>, name: string, block: CodeBlock): void {
  const known = map.get(name);
  if (known) known.push(block);
  else map.set(name, [block]);
}
