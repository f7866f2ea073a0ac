const ROOT = 0;
const NONE = -1;

/**
 * All stretches of a list of symbols, as a suffix automaton: a state stands for stretches that end at the same places.
 * Built in time linear in the list, whatever is in it. It can be built anew for other lists.
 */
export class SuffixAutomaton {
  /** How many symbols there may be. */
  readonly capacity: number;
  /** How long a state's longest stretch is. */
  readonly #length: Int32Array;
  /** The state of the longest shorter stretch at the end of a state's that ends at more places. */
  readonly #link: Int32Array;
  /** The first place a state's stretches end at. */
  readonly #firstEnd: Int32Array;
  /** The newest edge of a state; edges of one state are a list. */
  readonly #newestEdge: Int32Array;
  readonly #edgeFrom: Int32Array;
  readonly #edgeSymbol: Int32Array;
  readonly #edgeTo: Int32Array;
  readonly #olderEdge: Int32Array;
  /** Edges by a hash of state and symbol; 0 for a free slot. */
  readonly #slots: Int32Array;
  #slotMask = 0;
  #states = 0;
  #edges = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    const states = 2 * capacity + 1;
    const edges = 3 * capacity + 2;
    this.#length = new Int32Array(states);
    this.#link = new Int32Array(states);
    this.#firstEnd = new Int32Array(states);
    this.#newestEdge = new Int32Array(states);
    this.#edgeFrom = new Int32Array(edges);
    this.#edgeSymbol = new Int32Array(edges);
    this.#edgeTo = new Int32Array(edges);
    this.#olderEdge = new Int32Array(edges);
    this.#slots = new Int32Array(slotsFor(capacity));
  }

  /** Makes it the automaton of `symbols[start .. end)`, no longer than the capacity. */
  build(symbols: Int32Array, start: number, end: number): void {
    this.#states = 0;
    this.#edges = 0;
    const slots = slotsFor(end - start);
    this.#slotMask = slots - 1;
    this.#slots.fill(0, 0, slots);
    let last = this.#addState(0, NONE, NONE);
    for (let place = start; place < end; place += 1) last = this.#append(last, symbols[place]!, place);
  }

  /**
   * The longest stretch that `symbols[start .. end)` has in common with the list; of equally long ones the first there, of
   * these the first in the list. Symbols that `isSkipped` says are in no stretch.
   */
  findLongest(
    symbols: Int32Array,
    start: number,
    end: number,
    isSkipped: (symbol: number) => boolean,
  ): { readonly end: number; readonly endInList: number; readonly size: number } {
    let state = ROOT;
    let length = 0;
    let best = { end: start, endInList: 0, size: 0 };
    for (let place = start; place < end; place += 1) {
      const symbol = symbols[place]!;
      let edge = 0;
      if (isSkipped(symbol)) state = ROOT;
      else {
        edge = this.#findEdge(state, symbol);
        while (edge === 0 && state !== ROOT) {
          state = this.#link[state]!;
          length = this.#length[state]!;
          edge = this.#findEdge(state, symbol);
        }
      }
      length = edge === 0 ? 0 : length + 1;
      state = edge === 0 ? ROOT : this.#edgeTo[edge]!;
      if (length > best.size) best = { end: place + 1, endInList: this.#firstEnd[state]! + 1, size: length };
    }
    return best;
  }

  #append(last: number, symbol: number, place: number): number {
    const added = this.#addState(this.#length[last]! + 1, ROOT, place);
    let state = last;
    let edge = 0;
    for (; state !== NONE; state = this.#link[state]!) {
      edge = this.#findEdge(state, symbol);
      if (edge !== 0) break;
      this.#addEdge(state, symbol, added);
    }
    if (state === NONE) return added;
    const target = this.#edgeTo[edge]!;
    if (this.#length[state]! + 1 === this.#length[target]!) {
      this.#link[added] = target;
      return added;
    }
    const clone = this.#addState(this.#length[state]! + 1, this.#link[target]!, this.#firstEnd[target]!);
    for (let copied = this.#newestEdge[target]!; copied !== 0; copied = this.#olderEdge[copied]!)
      this.#addEdge(clone, this.#edgeSymbol[copied]!, this.#edgeTo[copied]!);
    for (; state !== NONE; state = this.#link[state]!) {
      edge = this.#findEdge(state, symbol);
      if (this.#edgeTo[edge] !== target) break;
      this.#edgeTo[edge] = clone;
    }
    this.#link[target] = clone;
    this.#link[added] = clone;
    return added;
  }

  #addState(length: number, link: number, firstEnd: number): number {
    const state = this.#states;
    this.#states += 1;
    this.#length[state] = length;
    this.#link[state] = link;
    this.#firstEnd[state] = firstEnd;
    this.#newestEdge[state] = 0;
    return state;
  }

  #addEdge(from: number, symbol: number, to: number): void {
    this.#edges += 1;
    const edge = this.#edges;
    this.#edgeFrom[edge] = from;
    this.#edgeSymbol[edge] = symbol;
    this.#edgeTo[edge] = to;
    this.#olderEdge[edge] = this.#newestEdge[from]!;
    this.#newestEdge[from] = edge;
    let slot = hash(from, symbol) & this.#slotMask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#slotMask;
    this.#slots[slot] = edge;
  }

  /** The edge from a state by a symbol; 0 where there is none. */
  #findEdge(from: number, symbol: number): number {
    let slot = hash(from, symbol) & this.#slotMask;
    for (;;) {
      const edge = this.#slots[slot]!;
      if (edge === 0 || (this.#edgeFrom[edge] === from && this.#edgeSymbol[edge] === symbol)) return edge;
      slot = (slot + 1) & this.#slotMask;
    }
  }
}

/** A power of two that leaves at least half of the slots free. */
function slotsFor(length: number): number {
  return 2 ** Math.ceil(Math.log2(6 * length + 8));
}

function hash(state: number, symbol: number): number {
  let mixed = Math.imul(state, 0x9e3779b1) ^ Math.imul(symbol + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
