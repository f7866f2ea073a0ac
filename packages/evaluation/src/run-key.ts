import { createHash } from 'node:crypto';
import type { Snapshot } from '@swe-selfplay/artifact';
import type { Limits, SandboxProvider } from '@swe-selfplay/sandbox';
import type { RunVariation } from './run-variation.js';
import { witnessVersion } from './witness-harness.js';

/** Raised when the meaning of a stored run changes, so that older caches are not read. */
const RUN_FORMAT = 2;

/** What the run of a script is a function of (SPEC 4), and what of its surroundings could change it. */
export interface RunIdentity {
  readonly provider: SandboxProvider;
  readonly snapshot: Snapshot;
  readonly script: Uint8Array;
  readonly limits: Limits;
  readonly repeat: number;
  readonly variation: RunVariation;
  readonly isWitnessed: boolean;
}

/** Hex digest under which the run of a script is kept: equal runs have equal keys. */
export function runKey(identity: RunIdentity): string {
  const { provider, snapshot, script, limits, repeat, variation, isWitnessed } = identity;
  return digest([
    `run ${RUN_FORMAT}`,
    provider.name,
    provider.toolchainId,
    snapshot.digest,
    sha256(script),
    canonicalLimits(limits),
    String(repeat),
    `order=${variation.order ?? ''} timeZone=${variation.timeZone ?? ''} witness=${isWitnessed ? witnessVersion() : ''}`,
  ]);
}

/** Hex digest under which it is kept what a parser made of the run with a key. */
export function parseKey(ofRun: string, parser: Uint8Array, limits: Limits): string {
  return digest([`parse ${RUN_FORMAT}`, ofRun, sha256(parser), canonicalLimits(limits)]);
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

function canonicalLimits(limits: Limits): string {
  return Object.entries(limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
