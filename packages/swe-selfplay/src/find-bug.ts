import type { StagePass } from '@swe-selfplay/adapter';
import type { BugArtifact } from '@swe-selfplay/artifact';
import { validateArtifact } from '@swe-selfplay/injector';
import { deriveSeed } from './derive-seed.js';
import { describeBug } from './describe-bug.js';
import { trajectoryId } from './episode-record.js';
import { isInfraFailure } from './is-infra-failure.js';
import { once } from './journal.js';
import { keepConversation } from './keep-conversation.js';
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
    const episode = { group: injectorGroup(setup), ...(setup.signal && { signal: setup.signal }) };
    const candidate = await setup.dispatcher.episode(episode, (pass) => playCandidate(setup, number, pass));
    candidates.push(candidate);
    if (candidate.status !== 'invalid') break;
  }
  return candidates;
}

async function playCandidate(setup: RoundSetup, candidate: number, pass: StagePass): Promise<Candidate> {
  const injection = await once(setup.journal, { ...setup.key, type: 'injection', candidate }, () =>
    inject(setup, candidate, pass),
  );
  setup.onEvent({ type: 'injection-end', record: injection });
  if (injection.artifact === null) {
    const status = injection.status === 'infra' ? 'infra' : 'invalid';
    return { injection, artifact: undefined, validation: undefined, status };
  }
  const name = injection.artifact;
  const artifact = await setup.journal.loadArtifact(name);
  const key = { ...setup.key, type: 'validation', candidate } as const;
  const validation = await once(setup.journal, key, async () => {
    await pass.enter('judge');
    return validate(setup, candidate, name, artifact);
  });
  setup.onEvent({ type: 'validation-end', record: validation });
  return { injection, artifact, validation, status: validation.status };
}

/** Episodes of the injector whose rewards are compared: those on one repository with one seed. */
function injectorGroup({ key, seed }: RoundSetup): string {
  return `${key.environment}/${seed}`;
}

async function inject(setup: RoundSetup, candidate: number, pass: StagePass): Promise<InjectionRecord> {
  const { environment, injector, runner, signal } = setup;
  const seed = deriveSeed(setup.seed, 'injector', candidate);
  const group = injectorGroup(setup);
  const conversation = keepConversation(
    setup,
    { role: 'injector', group_id: group, task_id: group, attempt: candidate, order: null, parent_ids: [], seed },
    pass,
  );
  if (injector.hasStages !== true) await conversation.pass.enter('run');
  const startedAt = performance.now();
  setup.onEvent({ ...setup.key, type: 'injection-start', candidate, seed });
  const base = { ...setup.key, type: 'injection', candidate, seed } as const;
  try {
    const injection = await injector.inject(environment, {
      seed,
      groupSeed: setup.seed,
      runner,
      signal,
      pass: conversation.pass,
      trajectoryId: trajectoryId(setup, 'injector', candidate),
      onTrajectory: conversation.onTrajectory,
    });
    signal?.throwIfAborted();
    const ms = elapsed(startedAt);
    const kept = { ...base, conversation: await conversation.keep(), ms };
    if (injection.status === 'gave-up') {
      return { ...kept, status: 'gave-up', artifact: null, artifactId: null, reason: injection.reason };
    }
    const { artifact } = injection;
    const name = `artifacts/${folderName(setup.key.environment)}/round-${setup.key.round}-candidate-${candidate}`;
    await setup.journal.saveArtifact(name, artifact);
    return { ...kept, status: 'submitted', artifact: name, artifactId: artifact.id, reason: describeBug(artifact) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isInfraFailure(error)) throw error;
    const kept = { ...base, conversation: await conversation.keep(), ms: elapsed(startedAt) };
    return { ...kept, status: 'infra', artifact: null, artifactId: null, reason: error.message };
  }
}

async function validate(
  setup: RoundSetup,
  candidate: number,
  name: string,
  artifact: BugArtifact,
): Promise<ValidationRecord> {
  const { runner, settings, checks, signal } = setup;
  setup.onEvent({ ...setup.key, type: 'validation-start', candidate });
  const { valid: _, ...report } = await validateArtifact(artifact, setup.environment, {
    runner,
    rules: settings.rules,
    checks,
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
