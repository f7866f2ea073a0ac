import {
  createSpecificationTestWriter,
  type MethodComparison,
  type MethodResult,
  SELECTION_METHODS,
  type SelectionMethod,
} from '@swe-selfplay/methods';
import { Command, InvalidArgumentError } from 'commander';
import { counted, printable, table } from '../../printable.js';
import { type RunSelection, selectInRun } from '../../select-in-run.js';
import { addCriticOptions, type CriticFlags, withCritic } from '../critic-options.js';
import { UsageError } from '../exit-code.js';
import { addRepositoryOptions, checkRepository, type RepositoryFlags, withRepositories } from '../open-repository.js';
import { nearest, numberIn } from '../parse-option.js';
import { addSessionOptions, withSession } from '../session-options.js';

interface SelectFlags extends RepositoryFlags, CriticFlags {
  readonly method: readonly SelectionMethod[];
  readonly tests: number;
  readonly noise: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function selectCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('select')
    .description(
      'Choose one attempt at each bug of a run by methods of the field, and compare what they choose with chance and with ' +
        'the best choice. Exit code 0: chosen, 1: the run has no bug with several graded attempts.',
    )
    .argument('<run-dir>', 'the folder of a run')
    .option('--method <names>', `methods, separated by commas (${SELECTION_METHODS.join(', ')})`, methodsIn, [
      ...SELECTION_METHODS,
    ])
    .option('--tests <n>', 'tests that are written for each bug, at most', numberIn({ min: 0, max: 1000 }), 8)
    .option(
      '--noise <share>',
      'share of these tests that is wrong, as an imperfect model would write them',
      numberIn({ min: 0, max: 1, isWhole: false }),
      0,
    )
    .option('--seed <n>', 'decides which tests are written', numberIn({ min: 0 }), 0)
    .option('--json', 'print one JSON object')
    .action(async (folder: string, flags: SelectFlags) => finish(await select(folder, flags)));
  addRepositoryOptions(command, '--repo <dir...>', 'the repositories that the run was played on');
  return addSessionOptions(addCriticOptions(command)).addHelpText(
    'after',
    `
The methods see what a solver saw and the tests that are written for it here, never how an attempt was graded. What each
needs and costs: docs/methods.md.

Examples:
  swe-selfplay select runs/first --repo ../shelf
  swe-selfplay select runs/first --repo ../shelf --method kimi-dev,swe-rl --tests 16 --noise 0.25 --json
  swe-selfplay select runs/third --repo ../shelf --critic http://localhost:8001 --critic-model my-critic`,
  );
}

function methodsIn(text: string): SelectionMethod[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (SELECTION_METHODS.some((method) => method === name)) continue;
    const near = nearest(name, SELECTION_METHODS);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new InvalidArgumentError(`Expected some of ${SELECTION_METHODS.join(', ')}, got ${name}.${hint}`);
  }
  return [...new Set(names)] as SelectionMethod[];
}

async function select(folder: string, flags: SelectFlags): Promise<number> {
  checkRepository(flags);
  const { method: methods, tests: testsPerBug, noise, seed } = flags;
  return withSession(flags, (session, terminal, signal) =>
    withRepositories(flags, terminal, (environments) =>
      withCritic(flags, async (scorer) => {
        const selection = await selectInRun(folder, environments, {
          ...session,
          ...{ methods, testsPerBug, seed, scorer, signal },
          testWriter: createSpecificationTestWriter({ noise }),
          onBug: ({ id, attempts, tests }) =>
            terminal.say(`${printable(id)}: ${counted(attempts, 'attempt')}, ${counted(tests, 'written test')}`),
          onProgress: ({ done, total }) => terminal.status(`run ${done} of ${total}`),
          onChoice: ({ bug, method, chosen, reason }) =>
            terminal.say(`  ${method} for ${printable(bug)}: ${chosen ?? 'none'} (${printable(reason)})`),
          onProblem: (message) => terminal.warn(`warning: ${printable(message)}`),
        });
        terminal.print(flags.json ? JSON.stringify(selection) : describe(selection));
        if (selection.bugs > 0) return 0;
        if (selection.infra > 0)
          throw new UsageError(`Expected graded attempts in ${folder}; infrastructure ended all.`);
        return 1;
      }),
    ),
  );
}

function describe(selection: RunSelection): string {
  const { bugs, graded, solved, infra, bugsLeftOut, chance, passAtK, methods } = selection;
  const left = [
    ...(bugsLeftOut > 0 ? [`${counted(bugsLeftOut, 'bug')} with fewer than two graded attempts left out`] : []),
    ...(infra > 0 ? [`${counted(infra, 'attempt')} lost to infrastructure left out`] : []),
  ];
  const total = `${counted(bugs, 'bug')}, ${solved} of ${counted(graded, 'attempt')} solved`;
  if (bugs === 0) return [total, ...left].join('\n');
  const rows = methods.map((result) => [result.method, ...numbersOf(result, selection)]);
  return [
    table([['method', 'solved@1', 'of bugs', 'chosen', 'runs asked', 'distinct', 'executed'], ...rows]),
    '',
    `chance ${percent(chance)}, ${passAtK.map(({ k, value }) => `pass@${k} ${percent(value)}`).join(', ')}`,
    [total, ...left].join('; '),
  ].join('\n');
}

function numbersOf({ summary, solvedShare, tally }: MethodResult, { bugs }: MethodComparison): (string | number)[] {
  return [
    percent(solvedShare),
    `${summary.solved}/${bugs}`,
    summary.chosen,
    tally.requested,
    tally.distinct,
    tally.executed,
  ];
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${(100 * share).toFixed(1)} %`;
}
