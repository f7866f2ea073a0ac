import { join } from 'node:path';
import type { Command } from 'commander';
import type { TaskDemands } from '../prepare-task.js';
import { choice, numberIn } from './parse-option.js';
import { cacheDirectoryOf, type SessionFlags } from './session-options.js';

/** Options of every command that hands out tasks. */
export interface TaskFlags extends SessionFlags {
  readonly hidden: number;
  readonly onLeak: TaskDemands['onLeak'];
  readonly leakScope: 'workspace' | 'names' | 'everything';
}

export function addTaskOptions(command: Command): Command {
  const onLeak = choice('--on-leak <what>', 'what is done where a solver could read the original', [
    'scrub',
    'report',
    'refuse',
    'off',
  ]);
  const scope = choice('--leak-scope <scope>', 'how far to look for it', ['workspace', 'names', 'everything']);
  return command
    .optionsGroup('What a solver is shown:')
    .option(
      '--hidden <share>',
      'share of the failing tests that it is not shown and graded by all the same, 0 to 1',
      numberIn({ min: 0, max: 1, isWhole: false }),
      0,
    )
    .addOption(onLeak.default('scrub'))
    .addOption(scope.default('names'));
}

export function taskDemandsOf(
  flags: TaskFlags,
): Pick<TaskDemands, 'hiddenShare' | 'onLeak'> & { readonly leakSearch: TaskDemands['leakSearch'] } {
  const cache = cacheDirectoryOf(flags);
  const kept = cache === undefined ? {} : { cacheDirectory: join(cache, 'leak-search') };
  return { hiddenShare: flags.hidden, onLeak: flags.onLeak, leakSearch: { scope: flags.leakScope, ...kept } };
}
