import {
  type BugArtifact,
  createArtifact,
  createRandom,
  diffSnapshots,
  type Environment,
  listPaths,
  modeOf,
  printPatch,
  type Snapshot,
} from '@swe-selfplay/artifact';
import { guardedFiles } from '@swe-selfplay/evaluation';
import { isModulePath, isTestPath } from '@swe-selfplay/python';
import type { Injection, InjectOptions, Injector } from '../injector.js';
import type { Strategy } from '../strategy.js';
import { type DiscoveredTests, discoverTests, type TestDiscovery } from './discover-tests.js';
import { createProbe } from './probe.js';
import { readSourceCode, type SourceCode } from './source-code.js';
import { type Discard, type ProposalTrial, tryProposal } from './try-proposal.js';

export interface ProceduralInjectorOptions {
  readonly strategy: Strategy;
  /** Changes tried for one seed before giving up. Default 12. */
  readonly maxTries?: number;
  /** As in the rules of validation; defaults 10 and 1. */
  readonly minPassingTests?: number;
  readonly minFailingTests?: number;
  /** Share of tests, 0..1, that one bug may break. Default 0.5. */
  readonly maxFailingShare?: number;
  /** A slower suite is narrowed to some of its files. Default 45 s. */
  readonly maxSuiteMs?: number;
  /** Limit of one run, best that of the validation: runs under equal limits are shared. Default 90 s. */
  readonly timeoutMs?: number;
}

/** Breaks Python code by a strategy and weakens the tests that notice; needs no model. */
export function createProceduralInjector(options: ProceduralInjectorOptions): Injector {
  const { strategy, minPassingTests = 10, maxSuiteMs = 45_000, timeoutMs = 90_000 } = options;
  const prepared = new Map<string, Promise<Preparation>>();

  async function prepare({ original }: Environment, { runner, signal }: InjectOptions): Promise<Preparation> {
    const discovery = await discoverTests(original, { runner, minPassingTests, maxSuiteMs, timeoutMs, signal });
    if (discovery.status === 'not-found') return discovery;
    const code = await readSourceCode(original, discovery.tests.testFiles);
    return { ...discovery, code, testFiles: oracleFiles(original, discovery.tests) };
  }

  async function sharedPreparation(environment: Environment, injectOptions: InjectOptions): Promise<Preparation> {
    const known = prepared.get(environment.digest);
    if (known) {
      try {
        return await known;
      } catch {
        // It was ended by the signal of another call, or for want of a sandbox: neither decides this one.
        injectOptions.signal?.throwIfAborted();
      }
    }
    const preparing = prepare(environment, injectOptions);
    prepared.set(environment.digest, preparing);
    return preparing;
  }

  return {
    name: `procedural ${strategy.name}`,
    async inject(environment, injectOptions): Promise<Injection> {
      const preparation = await sharedPreparation(environment, injectOptions);
      if (preparation.status === 'not-found') return { status: 'gave-up', reason: preparation.reason };
      return searchBug(environment, preparation, {
        ...options,
        ...injectOptions,
        minPassingTests,
        maxSuiteMs,
        timeoutMs,
      });
    },
  };
}

type Preparation =
  | Extract<TestDiscovery, { status: 'not-found' }>
  | {
      readonly status: 'found';
      readonly tests: DiscoveredTests;
      readonly code: SourceCode;
      readonly testFiles: readonly string[];
    };

type SearchOptions = ProceduralInjectorOptions &
  InjectOptions &
  Required<Pick<ProceduralInjectorOptions, 'minPassingTests' | 'maxSuiteMs' | 'timeoutMs'>>;

async function searchBug(
  environment: Environment,
  { tests, code, testFiles }: Extract<Preparation, { status: 'found' }>,
  options: SearchOptions,
): Promise<Injection> {
  const { strategy, seed, maxTries = 12, minFailingTests = 1, maxFailingShare = 0.5 } = options;
  const run = createProbe(tests, options);
  const discards = new Map<Discard, number>();
  for (let index = 0; index < maxTries; index += 1) {
    options.signal?.throwIfAborted();
    const random = createRandom(seed).fork(`${strategy.name} ${index}`);
    const proposal = await strategy.propose(code, random);
    const trial: ProposalTrial = proposal
      ? await tryProposal(proposal, {
          original: environment.original,
          tests,
          weakenable: new Set(testFiles),
          minFailingTests,
          maxFailingShare,
          run,
        })
      : { status: 'discarded', reason: 'no change to make' };
    if (trial.status === 'breaks-tests') {
      const steps = proposal!.steps.filter(({ file }) => trial.changedFiles.includes(file));
      const details = {
        steps,
        framework: tests.framework.name,
        tries: index + 1,
        discarded: Object.fromEntries(discards),
      };
      const artifact = await buildArtifact(environment, trial, {
        tests,
        testFiles,
        strategy: strategy.name,
        seed,
        details,
      });
      return { status: 'submitted', artifact };
    }
    discards.set(trial.reason, (discards.get(trial.reason) ?? 0) + 1);
  }
  const counts = [...discards].map(([reason, count]) => `${reason}: ${count}`).join(', ');
  return { status: 'gave-up', reason: `No bug in ${maxTries} tries (${counts}).` };
}

async function buildArtifact(
  environment: Environment,
  trial: { readonly buggy: Snapshot; readonly weakened: Snapshot },
  made: {
    readonly tests: DiscoveredTests;
    readonly testFiles: readonly string[];
    readonly strategy: string;
    readonly seed: number;
    readonly details: Readonly<Record<string, unknown>>;
  },
): Promise<BugArtifact> {
  return createArtifact({
    script: made.tests.command.script,
    parser: made.tests.command.parser,
    testFiles: made.testFiles,
    bugInject: printPatch(await diffSnapshots(environment.original, trial.buggy)),
    testWeaken: printPatch(await diffSnapshots(trial.buggy, trial.weakened)),
    provenance: {
      formatVersion: 1,
      strategy: made.strategy,
      seed: made.seed,
      policy: 'procedural',
      environment: environment.name,
      details: made.details,
    },
  });
}

/** The selected test files and the modules beside them that help them, as far as they are ordinary files. */
function oracleFiles(original: Snapshot, { testFiles }: DiscoveredTests): string[] {
  const paths = listPaths(original);
  const guarded = new Set(guardedFiles(paths, { original: paths, candidate: paths }, { testFiles }));
  const directories = new Set(testFiles.map((path) => path.slice(0, path.lastIndexOf('/') + 1)).filter(isTestPath));
  const isHelper = (path: string) =>
    isModulePath(path) && !guarded.has(path) && directories.has(path.slice(0, path.lastIndexOf('/') + 1));
  return paths.filter((path) => modeOf(original, path) !== '120000' && (testFiles.includes(path) || isHelper(path)));
}
