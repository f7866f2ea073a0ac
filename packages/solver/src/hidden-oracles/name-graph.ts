import { type CodeBlock, namesIn } from '@swe-selfplay/python';

/** Which names the code of tests leads to, by the words in it. Names are not resolved: equal words are one name. */
export interface NameGraph {
  /** The blocks in which a word stands. */
  blocksWith(word: string): readonly CodeBlock[];
  /**
   * Every name that can be reached from some blocks, `except` not followed. A class leads to all its members that are
   * no tests, as `Class.member`: a test may use them unnamed, and nobody else can without naming the class.
   */
  namesFrom(start: readonly CodeBlock[], except: string): ReadonlySet<string>;
}

export function createNameGraph(blocks: readonly CodeBlock[]): NameGraph {
  const words = new Map(blocks.map((block) => [block, namesIn(block.text)]));
  const binders = new Map<string, CodeBlock[]>();
  const members = new Map<string, CodeBlock[]>();
  for (const block of blocks) {
    if (block.owner !== undefined && !isTestMember(block)) push(members, block.owner, block);
    if (block.owner !== undefined && block.kind !== 'class') continue;
    // Where the syntax does not tell what a block binds, it may be any of its words.
    for (const name of block.names ?? (block.kind === 'comment' ? [] : words.get(block)!)) push(binders, name, block);
  }
  const wordsOf = (block: CodeBlock) => words.get(block) ?? new Set();
  const users = new Map<string, CodeBlock[]>();
  for (const [block, used] of words) for (const word of used) push(users, word, block);
  return {
    blocksWith: (word) => users.get(word) ?? [],
    namesFrom(start, except) {
      const reached = new Set<string>();
      const seen = new Set(start);
      const pending = [...start];
      for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
        const next = block.owner === undefined ? [] : [...(members.get(block.owner) ?? [])];
        for (const name of memberNames(block)) reached.add(name);
        // An import leads to what it binds, not to everything that is called like a part of its module's path.
        for (const name of isImport(block) ? (block.names ?? []) : wordsOf(block)) {
          if (name === except || reached.has(name)) continue;
          reached.add(name);
          next.push(...(binders.get(name) ?? []));
        }
        for (const each of next) {
          if (seen.has(each)) continue;
          seen.add(each);
          pending.push(each);
        }
      }
      return reached;
    },
  };
}

/** The names under which a block is reached that only its class leads to. */
export function memberNames({ owner, names = [] }: CodeBlock): string[] {
  return owner === undefined ? [] : names.map((name) => `${owner}.${name}`);
}

/** True for methods that a runner calls as tests. */
export function isTestMember({ kind, owner, names = [] }: CodeBlock): boolean {
  return kind === 'function' && owner !== undefined && names.every((name) => /^test/i.test(name));
}

/** True for an import statement. */
export function isImport({ kind, text }: CodeBlock): boolean {
  return kind === 'statement' && /^\s*(#.*\n\s*)*(import|from)\b/.test(text);
}

function push(map: Map<string, CodeBlock[]>, name: string, block: CodeBlock): void {
  const known = map.get(name);
  if (known) known.push(block);
  else map.set(name, [block]);
}
