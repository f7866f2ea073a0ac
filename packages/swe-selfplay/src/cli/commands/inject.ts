import { Command } from 'commander';
import { counted, printable, table } from '../../printable.js';
import { EXIT_CODES } from '../exit-code.js';
import { type InjectionResult, injectArtifacts } from '../inject-artifacts.js';
import { withRepository } from '../open-repository.js';
import { numberIn } from '../parse-option.js';
import { addRuleOptions, rulesOf } from '../rule-options.js';
import { addSessionOptions, type SessionFlags, withSession } from '../session-options.js';
import { openInjector, type StrategyFlags, strategyOption } from '../strategies.js';

interface InjectFlags extends SessionFlags, StrategyFlags {
  readonly repo: string;
  readonly rev?: string;
  readonly seed: number;
  readonly count: number;
  readonly out: string;
  readonly json?: boolean;
}

export function injectCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('inject')
    .description('Make valid bug artifacts. Exit code 0: as many as asked for, 1: fewer.')
    .requiredOption('--repo <dir>', 'the repository to break')
    .option('--rev <revision>', 'its revision (default: HEAD)')
    .addOption(strategyOption())
    .option('--seed <n>', 'the first seed; the next are one more each', numberIn({ min: 0 }), 0)
    .option('--count <n>', 'valid artifacts wanted', numberIn({ min: 1, max: 1_000_000 }), 1)
    .requiredOption('--out <dir>', 'where each artifact becomes a folder')
    .option('--json', 'print one JSON object')
    .action(async (flags: InjectFlags) => finish(await inject(flags)));
  return addSessionOptions(addRuleOptions(command)).addHelpText(
    'after',
    '\nExample:\n  swe-selfplay inject --repo ../shelf --strategy removal --seed 1 --count 20 --out bugs',
  );
}

async function inject(flags: InjectFlags): Promise<number> {
  return withSession(flags, (session, terminal, signal) =>
    withRepository(flags, terminal, async (environment) => {
      const injector = await openInjector(flags, [environment], session, terminal, signal);
      const { runner } = session;
      const { seed, count, strategy, out: folder } = flags;
      const request = { injector, runner, seed, count, signal, strategy, folder, rules: rulesOf(flags) };
      const result = await injectArtifacts(environment, request, terminal);
      terminal.print(flags.json ? JSON.stringify(result) : describe(result));
      if (result.valid >= count) return 0;
      return result.discarded.infra === undefined ? 1 : EXIT_CODES.infra;
    }),
  );
}

function describe({ tried, valid, discarded, artifacts }: InjectionResult): string {
  const rows = artifacts.map(({ path, failToPass, description }) => [path, failToPass.length, printable(description)]);
  const total = `${counted(valid, 'valid artifact')} of ${tried} tried (yield ${Math.round((100 * valid) / tried)} %)`;
  const reasons = Object.entries(discarded).map(([reason, count]) => `  ${count} × ${printable(reason)}`);
  return [table([['artifact', 'tests to mend', 'bug'], ...rows]), '', total, ...reasons].join('\n');
}
