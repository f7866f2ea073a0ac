import { type Critic, openClassifyCritic, openPoolingCritic } from '@swe-selfplay/adapter';
import type { Command } from 'commander';
import { UsageError } from './exit-code.js';
import { choice } from './parse-option.js';

/** Options of commands that can ask a critic. */
export interface CriticFlags {
  readonly critic?: string;
  readonly criticModel?: string;
  readonly criticKind: 'pooling' | 'classify';
  readonly criticApiKeyEnv?: string;
}

const DEFAULT_CRITIC_KEY_ENV = 'SWE_SELFPLAY_CRITIC_API_KEY';

export function addCriticOptions(command: Command): Command {
  return command
    .optionsGroup('A model that scores conversations:')
    .option('--critic <url>', 'address of its server, such as http://localhost:8001 (default: whether it handed in)')
    .option('--critic-model <name>', 'the model that it is asked for')
    .addOption(
      choice('--critic-kind <name>', 'a reward for each token, or labels', ['pooling', 'classify']).default('pooling'),
    )
    .option(
      '--critic-api-key-env <name>',
      `environment variable that holds its API key, if it wants one (default: ${DEFAULT_CRITIC_KEY_ENV})`,
    );
}

/** Opens the critic that a command asked for, uses and closes it. Throws UsageError for half a critic. */
export async function withCritic<Result>(
  { critic: baseUrl, criticModel: model, criticKind, criticApiKeyEnv }: CriticFlags,
  use: (critic: Critic | undefined) => Promise<Result>,
): Promise<Result> {
  if (baseUrl === undefined) {
    if (model !== undefined) throw new UsageError(`Expected --critic, the address of ${model}.`);
    return use(undefined);
  }
  if (model === undefined) throw new UsageError('Expected --critic-model, the name of the critic, with --critic.');
  const apiKey = process.env[criticApiKeyEnv ?? DEFAULT_CRITIC_KEY_ENV]?.trim() || undefined;
  if (criticApiKeyEnv !== undefined && apiKey === undefined)
    throw new UsageError(
      `Expected the environment variable ${criticApiKeyEnv} to hold an API key; it is empty or not set.`,
    );
  const options = { baseUrl, model, apiKey };
  const critic = criticKind === 'pooling' ? openPoolingCritic(options) : openClassifyCritic(options);
  try {
    return await use(critic);
  } finally {
    await critic.close();
  }
}
