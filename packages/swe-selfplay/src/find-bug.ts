import type { BugArtifact } from '@swe-selfplay/artifact';
import { validateArtifact } from '@swe-selfplay/injector';
import { deriveSeed } from './derive-seed.js';
import { describeBug } from './describe-bug.js';
import { isInfraFailure } from './is-infra-failure.js';
import { once } from './journal.js';
import type { RoundSetup } from './round-setup.js';
import type { InjectionRecord, ValidationRecord } from './run-record.js';

/** One episode of the injector and what validation made of it; `infra`: broken infrastructure left it undecided. */
export type Candidate =
  | {
      readonly status: 'valid';
      readonly injection: InjectionRecord;
      readonly artifact: BugArtifact;
      readonly validation: ValidationRecord;
    }
  | {
      readonly status: 'invalid' | 'infra';
      readonly injection: InjectionRecord;
      /** Undefined where no artifact was handed in. */
      readonly artifact: BugArtifact | undefined;
      readonly validation: ValidationRecord | undefined;
    };

/** Lets the injector try until a bug is valid, its tries are used up or the infrastructure fails; at least once. */
export async function findBug(setup: RoundSetup): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (let number = 1; number <= setup.settings.tries; number++) {
    const candidate = await playCandidate(setup, number);
    candidates.push(candidate);
    if (candidate.status !== 'invalid') break;
  }
  return candidates;
}

async function playCandidate(setup: RoundSetup, candidate: number): Promise<Candidate> {
  const injection = await once(setup.journal, { ...setup.key, type: 'injection', candidate }, () =>
    inject(setup, candidate),
  );
  setup.onEvent({ type: 'injection-end', record: injection });
  if (injection.artifact === null) {
    const status = injection.status === 'infra' ? 'infra' : 'invalid';
    return { injection, artifact: undefined, validation: undefined, status };
  }
  const name = injection.artifact;
  const artifact = await setup.journal.loadArtifact(name);
  const key = { ...setup.key, type: 'validation', candidate } as const;
  const validation = await once(setup.journal, key, () => validate(setup, candidate, name, artifact));
  setup.onEvent({ type: 'validation-end', record: validation });
  return { injection, artifact, validation, status: validation.status };
}

async function inject(setup: RoundSetup, candidate: number): Promise<InjectionRecord> {
  const { environment, injector, runner, signal } = setup;
  const seed = deriveSeed(setup.seed, 'injector', candidate);
  const base = { ...setup.key, type: 'injection', candidate, seed } as const;
  const startedAt = performance.now();
  setup.onEvent({ ...setup.key, type: 'injection-start', candidate, seed });
  try {
    const injection = await injector.inject(environment, { seed, runner, signal });
    signal?.throwIfAborted();
    const ms = elapsed(startedAt);
    if (injection.status === 'gave-up') {
      return { ...base, status: 'gave-up', artifact: null, artifactId: null, reason: injection.reason, ms };
    }
    const { artifact } = injection;
    const name = `artifacts/${folderName(setup.key.environment)}/round-${setup.key.round}-candidate-${candidate}`;
    await setup.journal.saveArtifact(name, artifact);
    return { ...base, status: 'submitted', artifact: name, artifactId: artifact.id, reason: describeBug(artifact), ms };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isInfraFailure(error)) throw error;
    const ms = elapsed(startedAt);
    return { ...base, status: 'infra', artifact: null, artifactId: null, reason: error.message, ms };
  }
}

async function validate(
  setup: RoundSetup,
  candidate: number,
  name: string,
  artifact: BugArtifact,
): Promise<ValidationRecord> {
  const { runner, settings, signal } = setup;
  setup.onEvent({ ...setup.key, type: 'validation-start', candidate });
  const { valid: _, ...report } = await validateArtifact(artifact, setup.environment, {
    runner,
    rules: settings.rules,
    signal,
    onVerdict: (verdict) => setup.onEvent({ ...setup.key, type: 'check-end', candidate, verdict }),
  });
  return { ...setup.key, type: 'validation', candidate, artifact: name, ...report };
}

/** Environments may have any name; as a folder it must be one folder, and never one above. */
export function folderName(environment: string): string {
  return encodeURIComponent(environment).replaceAll('%40', '@');
}

export function elapsed(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
