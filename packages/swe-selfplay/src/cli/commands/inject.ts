import { Command } from 'commander';
import { counted, printable, table } from '../../printable.js';
import { environmentKey } from '../../round-setup.js';
import { describeUsage, type RoleUsage, usageOf } from '../describe-usage.js';
import { EXIT_CODES } from '../exit-code.js';
import { type InjectionResult, injectArtifacts } from '../inject-artifacts.js';
import { keepTrajectories } from '../kept-trajectories.js';
import { concurrencyOf, withPolicies } from '../open-policies.js';
import { addRepositoryOptions, checkRepository, type RepositoryFlags, withRepository } from '../open-repository.js';
import { numberIn } from '../parse-option.js';
import { checkPlayers, injectorOf, promptsOf } from '../players.js';
import { addPolicyOptions, type PolicyFlags } from '../policy-options.js';
import { addRuleOptions, checksOf, rulesOf } from '../rule-options.js';
import { addSessionOptions, withSession } from '../session-options.js';
import { type StrategyFlags, strategyOf, strategyOption } from '../strategies.js';

const ROLES = ['injector'] as const;

interface InjectFlags extends RepositoryFlags, StrategyFlags, PolicyFlags {
  readonly seed: number;
  readonly count: number;
  readonly out: string;
  readonly check: boolean;
  readonly json?: boolean;
}

export function injectCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('inject')
    .description('Make valid bug artifacts. Exit code 0: as many as asked for, 1: fewer.')
    .addOption(strategyOption())
    .option('--seed <n>', 'the first seed; the next are one more each', numberIn({ min: 0 }), 0)
    .option('--count <n>', 'valid artifacts wanted', numberIn({ min: 1, max: 1_000_000 }), 1)
    .requiredOption('--out <dir>', 'where each artifact becomes a folder')
    .option('--json', 'print one JSON object')
    .action(async (flags: InjectFlags) => finish(await inject(flags)));
  addRepositoryOptions(command, '--repo <dir>', 'the repository to break');
  return addSessionOptions(addRuleOptions(addPolicyOptions(command, ROLES))).addHelpText(
    'after',
    `
Examples:
  swe-selfplay inject --repo ../shelf --strategy removal --seed 1 --count 20 --out bugs
  swe-selfplay inject --repo ../shelf --policy http://localhost:8000/v1 --model my-model --count 20 --out bugs`,
  );
}

async function inject(flags: InjectFlags): Promise<number> {
  checkRepository(flags);
  checkPlayers(flags, ROLES);
  return withSession(flags, (session, terminal, signal) =>
    withRepository(flags, terminal, (environment) => {
      const prompts = promptsOf(flags, environment).injector;
      return withPolicies(flags, ROLES, terminal, signal, async (policies) => {
        const injector = await injectorOf(flags, policies, prompts, [environment], session, terminal, signal);
        const { seed, count, out: folder } = flags;
        const rules = rulesOf(flags);
        const origin = { environment: environmentKey(environment), digest: environment.digest };
        const trajectories = keepTrajectories(folder, { ...origin, configuration: [injector.name, rules] });
        const request = {
          ...{ injector, runner: session.runner, seed, count, signal, folder, rules, trajectories },
          checks: checksOf(flags),
          strategy: strategyOf(flags, policies.injector !== undefined),
          // More than are wanted would be paid for and thrown away.
          concurrency: concurrencyOf(flags, policies, count),
        };
        const artifacts = await injectArtifacts(environment, request, terminal).finally(() => trajectories.close());
        const usage = usageOf('injector', trajectories.conversations, flags);
        const result = { ...artifacts, usage: usage ?? null };
        terminal.print(flags.json ? JSON.stringify(result) : describe(result, folder));
        if (result.valid >= count) return 0;
        return result.discarded.infra === undefined ? 1 : EXIT_CODES.infra;
      });
    }),
  );
}

interface Result extends InjectionResult {
  readonly usage: RoleUsage | null;
}

function describe({ tried, valid, discarded, artifacts, usage }: Result, folder: string): string {
  const rows = artifacts.map(({ path, failToPass, description }) => [path, failToPass.length, printable(description)]);
  const total = `${counted(valid, 'valid artifact')} of ${tried} tried (yield ${Math.round((100 * valid) / tried)} %)`;
  const reasons = Object.entries(discarded).map(([reason, count]) => `  ${count} × ${printable(reason)}`);
  const list = table([['artifact', 'tests to mend', 'bug'], ...rows]);
  return [list, '', total, ...reasons, ...describeUsage(usage === null ? [] : [usage], folder)].join('\n');
}
