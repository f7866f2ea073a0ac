import { z } from 'zod';
import type { ArtifactProblem, Provenance } from './bug-artifact.js';

/** Deeper values could not be written again: JSON.stringify calls itself for every level. */
const MAX_DEPTH = 100;

const schema = z.object({
  formatVersion: z.literal(1).default(1),
  strategy: z.string().optional(),
  seed: z.number().optional(),
  policy: z.string().optional(),
  environment: z.string().optional(),
  parentAttempt: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export type ProvenanceParse =
  | { readonly status: 'parsed'; readonly provenance: Provenance }
  | { readonly status: 'malformed'; readonly problem: ArtifactProblem };

/** Reads `artifact.json`. Unknown keys are left out. */
export function parseProvenance(bytes: Uint8Array): ProvenanceParse {
  let value: unknown;
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
    return malformed(line, `Expected JSON in UTF-8: ${(error as Error).message}.`);
  }
  if (isDeeperThan(MAX_DEPTH, value)) return malformed(undefined, `Expected at most ${MAX_DEPTH} levels, got more.`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { status: 'parsed', provenance: parsed.data };
  const { path, message } = parsed.error.issues[0]!;
  return malformed(undefined, `${path.length === 0 ? '' : `"${path.map(String).join('.')}": `}${message}.`);
}

function malformed(line: number | undefined, reason: string): ProvenanceParse {
  return { status: 'malformed', problem: { file: 'artifact.json', line, reason } };
}

function isDeeperThan(limit: number, root: unknown): boolean {
  const pending = [{ value: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > limit) return true;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const value of Object.values(next.value)) pending.push({ value, depth: next.depth + 1 });
  }
  return false;
}
