import { TOOL_CALL_FORMATS } from '@swe-selfplay/adapter';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { UsageError } from './exit-code.js';
import { choice, numberIn } from './parse-option.js';
import { TOOL_SETS } from './tool-sets.js';

/** Options of every command in which a model can play. */
export interface PolicyFlags {
  readonly policy?: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
  readonly price?: TokenPrice;
  readonly injectorPolicy?: string;
  readonly injectorModel?: string;
  readonly injectorApiKeyEnv?: string;
  readonly injectorPrice?: TokenPrice;
  readonly solverPolicy?: string;
  readonly solverModel?: string;
  readonly solverApiKeyEnv?: string;
  readonly solverPrice?: TokenPrice;
  readonly seed: number;
  readonly tools: string;
  readonly history: 'whole' | 'last-5';
  readonly hints?: boolean;
  readonly scaffold?: 'agent' | 'agentless';
  readonly format: string;
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens?: number;
  readonly maxTurns: number;
  /** Seconds. */
  readonly episodeTimeout: number;
  readonly context?: number;
  readonly concurrency?: number;
  readonly stream?: boolean;
  readonly prompts?: string;
}

export type Role = 'injector' | 'solver';

/** USD for a million prompt tokens, and for a million completion tokens. */
export interface TokenPrice {
  readonly promptUsd: number;
  readonly completionUsd: number;
}

export const DEFAULT_API_KEY_ENV = 'SWE_SELFPLAY_API_KEY';
export const DEFAULT_EPISODE_TIMEOUT_SECONDS = 2400;
export const DEFAULT_CONCURRENCY = 32;

/** Adds the options; with two roles each may have a policy of its own. */
export function addPolicyOptions(command: Command, roles: readonly Role[]): Command {
  const exists = new Set(command.options.map((option) => option.attributeName()));
  command
    .optionsGroup('A model that plays:')
    .option('--policy <url>', 'address of an OpenAI-compatible server, such as http://localhost:8000/v1')
    .option('--model <name>', 'the model that it is asked for')
    .option(
      '--api-key-env <name>',
      `environment variable that holds the API key, if it wants one (default: ${DEFAULT_API_KEY_ENV})`,
    )
    .addOption(
      choice('--format <name>', 'how the model writes tool calls', ['auto', ...Object.keys(TOOL_CALL_FORMATS)]).default(
        'auto',
      ),
    )
    .addOption(choice('--tools <set>', 'tools that it has', Object.keys(TOOL_SETS)).default('cwm'))
    .addOption(
      choice('--history <kind>', 'what it is shown of old replies of tools: all, or the last five', [
        'whole',
        'last-5',
      ]).default('whole'),
    )
    .option('--hints', 'tell it after each reply what is left of turns and tokens')
    .option('--temperature <x>', 'sampling temperature', numberIn({ min: 0, max: 10, isWhole: false }), 1)
    .option('--top-p <x>', 'sampling top-p', numberIn({ min: 0.000_001, max: 1, isWhole: false }), 1)
    .option('--max-tokens <n>', 'longest reply in tokens (default: what the context leaves)', numberIn({ min: 1 }))
    .option(
      '--context <tokens>',
      'longest conversation in tokens (default: what the server says)',
      numberIn({ min: 1 }),
    )
    .option('--max-turns <n>', 'replies of the model in one episode', numberIn({ min: 1, max: 100_000 }), 128)
    .option(
      '--episode-timeout <seconds>',
      'time that one episode may take',
      numberIn({ min: 1, max: 604_800, isWhole: false }),
      DEFAULT_EPISODE_TIMEOUT_SECONDS,
    )
    .option(
      '--concurrency <n>',
      `conversations at once (default: ${DEFAULT_CONCURRENCY}, if so many are of use)`,
      numberIn({ min: 1, max: 65_536 }),
    )
    .option('--prompts <dir>', 'Markdown files that replace prompts of the same name')
    .option('--price <prompt,completion>', 'USD for a million tokens of each, to say what was spent', priceOf)
    .option('--stream', 'ask for answers in pieces, for proxies that cut silent connections');
  if (roles.includes('solver')) command.addOption(scaffoldOption());
  if (roles.includes('injector')) command.option('--no-check', 'let the injector not validate before it submits');
  if (roles.length > 1) addRoleOptions(command, roles);
  const added = command.options.filter((option) => !exists.has(option.attributeName()));
  const names = added.map((option) => ({ attribute: option.attributeName(), flag: option.long! }));
  return command.hook('preAction', (_, running) => refuseWithoutPolicy(running, names));
}

function scaffoldOption(): Option {
  const scaffold = 'how it solves: by working with tools, or by single answers that are voted on (Agentless-mini)';
  return choice('--scaffold <name>', scaffold, ['agent', 'agentless']).default('agent');
}

function addRoleOptions(command: Command, roles: readonly Role[]): void {
  command.optionsGroup('Another model for one role (a role without any is played without a model):');
  for (const role of roles) {
    command
      .option(`--${role}-policy <url>`, `server of the ${role} (default: --policy)`)
      .option(`--${role}-model <name>`, `model of the ${role} (default: --model)`)
      .option(`--${role}-api-key-env <name>`, `variable with the API key of the ${role} (default: --api-key-env)`)
      .option(`--${role}-price <prompt,completion>`, `price of the ${role} (default: --price)`, priceOf);
  }
}

/** What only a model heeds would be ignored without one, and a baseline would play where a model was meant to. */
function refuseWithoutPolicy(
  command: Command,
  names: readonly { readonly attribute: string; readonly flag: string }[],
): void {
  const isGiven = ({ attribute }: { readonly attribute: string }) =>
    command.getOptionValueSource(attribute) === 'cli' && command.getOptionValue(attribute) !== undefined;
  const given = names.filter(isGiven);
  if (given.length === 0 || given.some(({ flag }) => flag.endsWith('policy'))) return;
  const flags = given.map(({ flag }) => flag).join(', ');
  throw new UsageError(`Expected --policy, the server of a model, with ${flags}; without one no model plays.`);
}

function priceOf(text: string): TokenPrice {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [promptUsd, completionUsd] = numbers;
  if (numbers.length !== 2 || !numbers.every((number) => Number.isFinite(number) && number >= 0))
    throw new InvalidArgumentError('Expected two numbers such as 0.2,0.8.');
  return { promptUsd: promptUsd!, completionUsd: completionUsd! };
}
