import { createHash } from 'node:crypto';
import type { Snapshot, TestCommand } from '@swe-selfplay/artifact';
import type { Limits, SandboxProvider } from '@swe-selfplay/sandbox';
import type { RunVariation } from './run-variation.js';

/** Raised when the meaning of a stored run changes, so that older caches are not read. */
const RUN_FORMAT = 2;

/** What a run is a function of (SPEC 4), and what of its surroundings could change it. */
export interface RunIdentity {
  readonly provider: SandboxProvider;
  readonly snapshot: Snapshot;
  readonly command: TestCommand;
  readonly scriptLimits: Limits;
  readonly parserLimits: Limits;
  readonly repeat: number;
  readonly variation: RunVariation;
  readonly isWitnessed: boolean;
}

/** Hex digest under which a run is kept: equal runs have equal keys. */
export function runKey(identity: RunIdentity): string {
  const { provider, snapshot, command, scriptLimits, parserLimits, repeat, variation, isWitnessed } = identity;
  const parts = [
    `run ${RUN_FORMAT}`,
    provider.name,
    provider.toolchainId,
    snapshot.digest,
    sha256(command.script),
    sha256(command.parser),
    canonicalLimits(scriptLimits),
    canonicalLimits(parserLimits),
    String(repeat),
    `order=${variation.order ?? ''} timeZone=${variation.timeZone ?? ''} witnessed=${isWitnessed}`,
  ];
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
