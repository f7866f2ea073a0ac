import { join } from 'node:path';
import { type Environment, writeArtifactFolder } from '@swe-selfplay/artifact';
import {
  type InjectBugsOptions,
  type InjectionTally,
  injectBugs,
  type ValidationReport,
  validateArtifact,
} from '@swe-selfplay/injector';
import { describeBug } from '../describe-bug.js';
import { printable } from '../printable.js';
import type { Terminal } from './terminal.js';

/** A valid artifact that was written. */
export interface WrittenArtifact {
  readonly path: string;
  readonly id: string;
  readonly seed: number;
  readonly description: string;
  readonly failToPass: readonly string[];
}

export interface InjectionResult extends InjectionTally {
  readonly artifacts: readonly WrittenArtifact[];
}

export interface InjectionRequest extends Omit<InjectBugsOptions<ValidationReport>, 'validate'> {
  readonly rules: Parameters<typeof validateArtifact>[2]['rules'];
  /** Each artifact becomes a folder in this one, named by strategy and seed, as soon as it is valid. */
  readonly folder: string;
  readonly strategy: string;
}

/** Injects bugs into an environment and writes the valid ones. */
export async function injectArtifacts(
  environment: Environment,
  { folder, rules, strategy, ...options }: InjectionRequest,
  terminal: Terminal,
): Promise<InjectionResult> {
  const { runner, signal } = options;
  const validate = (artifact: Parameters<typeof validateArtifact>[0]) =>
    validateArtifact(artifact, environment, { runner, rules, signal });
  const artifacts: WrittenArtifact[] = [];
  let tally: InjectionTally = { tried: 0, valid: 0, discarded: {} };
  terminal.status(`seed ${options.seed}`);
  for await (const outcome of injectBugs(environment, { ...options, validate })) {
    tally = outcome.tally;
    if (outcome.status === 'valid') {
      const { artifact, report, seed } = outcome;
      const path = join(folder, `${strategy}-${seed}`);
      await writeArtifactFolder(path, artifact);
      const description = describeBug(artifact);
      artifacts.push({ path, id: artifact.id, seed, description, failToPass: report.failToPass });
      terminal.say(`seed ${seed}: valid: ${printable(description)}`);
    } else {
      terminal.say(`seed ${outcome.seed}: ${outcome.status}: ${printable(outcome.reason)}`);
    }
    terminal.status(`seed ${outcome.seed + 1}`);
  }
  return { ...tally, artifacts };
}
