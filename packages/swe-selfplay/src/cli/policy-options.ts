import {
  createCwmToolSet,
  createPlainToolSet,
  type ModelPolicy,
  openModelPolicy,
  TOOL_CALL_FORMATS,
  type ToolSet,
} from '@swe-selfplay/adapter';
import { type Command, InvalidArgumentError } from 'commander';
import { printable } from '../printable.js';
import { UsageError } from './exit-code.js';
import { choice, numberIn } from './parse-option.js';
import type { Terminal } from './terminal.js';

/** Options of every command in which a model can play. */
export interface PolicyFlags {
  readonly policy?: string;
  readonly model?: string;
  readonly injectorPolicy?: string;
  readonly injectorModel?: string;
  readonly solverPolicy?: string;
  readonly solverModel?: string;
  readonly seed: number;
  readonly tools: string;
  readonly format: string;
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens?: number;
  readonly maxTurns: number;
  /** Seconds. */
  readonly episodeTimeout: number;
  readonly context?: number;
  readonly concurrency?: number;
  readonly apiKeyEnv: string;
  readonly stream?: boolean;
  readonly prompts?: string;
  /** USD for a million prompt tokens, and for a million completion tokens. */
  readonly price?: TokenPrice;
}

export interface TokenPrice {
  readonly promptUsd: number;
  readonly completionUsd: number;
}

/** The models that play, by role; undefined where none does. */
export interface RolePolicies {
  readonly injector: ModelPolicy | undefined;
  readonly solver: ModelPolicy | undefined;
}

export type Role = keyof RolePolicies;

const TOOL_SETS: Readonly<Record<string, () => ToolSet>> = { cwm: createCwmToolSet, plain: createPlainToolSet };
const DEFAULT_CONCURRENCY = 32;

/** Adds the options; with two roles each may have a policy of its own. */
export function addPolicyOptions(command: Command, roles: readonly Role[]): Command {
  command
    .option('--policy <url>', 'an OpenAI-compatible server that plays, such as http://localhost:8000/v1')
    .option('--model <name>', 'its model');
  if (roles.length > 1)
    for (const role of roles) {
      command
        .option(`--${role}-policy <url>`, `another server for the ${role}`)
        .option(`--${role}-model <name>`, `another model for the ${role}`);
    }
  return command
    .addOption(choice('--tools <set>', 'tools of the policy', Object.keys(TOOL_SETS)).default('cwm'))
    .addOption(
      choice('--format <name>', 'how it writes tool calls', ['auto', ...Object.keys(TOOL_CALL_FORMATS)]).default(
        'auto',
      ),
    )
    .option('--temperature <x>', 'of its sampling', numberIn({ min: 0, max: 10, isWhole: false }), 1)
    .option('--top-p <x>', 'of its sampling', numberIn({ min: 0.000_001, max: 1, isWhole: false }), 1)
    .option('--max-tokens <n>', 'longest reply in tokens (default: what the context leaves)', numberIn({ min: 1 }))
    .option('--max-turns <n>', 'turns of an episode', numberIn({ min: 1, max: 100_000 }), 128)
    .option(
      '--episode-timeout <seconds>',
      'wall time of an episode',
      numberIn({ min: 1, max: 604_800, isWhole: false }),
      2400,
    )
    .option(
      '--context <tokens>',
      'longest conversation in tokens (default: what the server says)',
      numberIn({ min: 1 }),
    )
    .option(
      '--concurrency <n>',
      `conversations at once (default: ${DEFAULT_CONCURRENCY} with a policy)`,
      numberIn({ min: 1, max: 65_536 }),
    )
    .option(
      '--api-key-env <name>',
      'environment variable that holds the API key, if there is one',
      'SWE_SELFPLAY_API_KEY',
    )
    .option('--stream', 'let answers come in pieces, for proxies that cut silent connections')
    .option('--prompts <dir>', 'Markdown files that replace prompts of the same name')
    .option('--price <prompt,completion>', 'USD for a million tokens of each, to tell what it cost', priceOf);
}

/** Opens the policies that a command asked for, uses and closes them. Throws UsageError for a server without a model. */
export async function withPolicies<Result>(
  flags: PolicyFlags,
  roles: readonly Role[],
  terminal: Terminal,
  signal: AbortSignal,
  use: (policies: RolePolicies) => Promise<Result>,
): Promise<Result> {
  const opened = new Map<string, ModelPolicy>();
  const open = async (role: Role) => {
    if (!roles.includes(role)) return undefined;
    const { url, model } = serverOf(flags, role);
    if (url === undefined || model === undefined) return undefined;
    const name = JSON.stringify([url, model]);
    const known = opened.get(name);
    if (known !== undefined) return known;
    terminal.status(`asking ${hostOf(url)} what it can do`);
    const policy = await openPolicy(url, model, flags, terminal, signal);
    opened.set(name, policy);
    return policy;
  };
  try {
    return await use({ injector: await open('injector'), solver: await open('solver') });
  } finally {
    await Promise.all([...opened.values()].map((policy) => policy.close()));
  }
}

/** What every episode of a policy is played with. */
export function episodeOptions(flags: PolicyFlags): {
  readonly toolSet: ToolSet;
  readonly maxTurns: number;
  readonly timeoutMs: number;
  readonly contextTokens: number | undefined;
} {
  const { tools, maxTurns, episodeTimeout, context } = flags;
  return {
    toolSet: TOOL_SETS[tools]!(),
    maxTurns,
    timeoutMs: Math.round(episodeTimeout * 1000),
    contextTokens: context,
  };
}

/** Conversations at once; undefined where no model plays: then the jobs bound everything. */
export function concurrencyOf(flags: PolicyFlags, policies: RolePolicies): number | undefined {
  const hasPolicy = policies.injector !== undefined || policies.solver !== undefined;
  return flags.concurrency ?? (hasPolicy ? DEFAULT_CONCURRENCY : undefined);
}

/** What plays a role and how, in a line: a run with another is another run. */
export function playerName(policy: ModelPolicy, flags: PolicyFlags, extra = ''): string {
  const { tools, temperature, topP, maxTurns } = flags;
  const { model, format } = policy.description.record;
  return `${model}${extra} (${tools} tools, ${format} calls, temperature ${temperature}, top-p ${topP}, ${maxTurns} turns)`;
}

async function openPolicy(
  url: string,
  model: string,
  flags: PolicyFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ModelPolicy> {
  const { format, temperature, topP, maxTokens, context, apiKeyEnv, stream, seed } = flags;
  const policy = await openModelPolicy({
    baseUrl: url,
    model,
    apiKey: process.env[apiKeyEnv],
    format: format === 'auto' ? 'auto' : TOOL_CALL_FORMATS[format as keyof typeof TOOL_CALL_FORMATS],
    sampling: { temperature, topP, maxTokens, seed },
    contextTokens: context,
    stream,
    signal,
    onRetry: ({ attempt, delayMs, reason }) =>
      terminal.status(`asking ${hostOf(url)} again in ${Math.round(delayMs / 1000)} s (${attempt}): ${reason}`),
    onNotice: ({ text }) => terminal.warn(`warning: ${text}`),
  });
  terminal.say(describePolicy(policy));
  return policy;
}

/** What was found out about a policy, once. */
function describePolicy({ name, description, capabilities }: ModelPolicy): string {
  const { engine, engineVersion, capture, captureReason, format, formatReason, contextTokens } = capabilities;
  const server = engine === 'other' ? 'an unknown engine' : `${engine} ${engineVersion ?? ''}`.trim();
  const context = contextTokens === undefined ? 'unknown' : `${contextTokens.toLocaleString('en-US')} tokens`;
  return [
    `Policy ${printable(name)} at ${description.record.base_url_host} (${printable(server)})`,
    `  capture  ${capture}: ${printable(captureReason)}`,
    `  calls    ${format}: ${printable(formatReason)}`,
    `  context  ${context}`,
  ].join('\n');
}

function serverOf(flags: PolicyFlags, role: Role): { readonly url?: string; readonly model?: string } {
  const own = role === 'injector' ? flags.injectorPolicy : flags.solverPolicy;
  const ownModel = role === 'injector' ? flags.injectorModel : flags.solverModel;
  const url = own ?? flags.policy;
  const model = ownModel ?? flags.model;
  if (url !== undefined && model === undefined)
    throw new UsageError(`Expected --model, or --${role}-model, to name the model that ${hostOf(url)} is asked for.`);
  if (url === undefined && ownModel !== undefined)
    throw new UsageError(`Expected --policy, or --${role}-policy, to name the server of ${ownModel}.`);
  if (url !== undefined && !URL.canParse(url))
    throw new UsageError(`Expected the address of a policy to be a URL such as http://localhost:8000/v1, got ${url}.`);
  return { ...(url !== undefined && { url }), ...(model !== undefined && { model }) };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function priceOf(text: string): TokenPrice {
  const numbers = text.split(',').map(Number);
  const [promptUsd, completionUsd] = numbers;
  if (numbers.length !== 2 || !numbers.every((number) => Number.isFinite(number) && number >= 0))
    throw new InvalidArgumentError('Expected two numbers such as 0.2,0.8.');
  return { promptUsd: promptUsd!, completionUsd: completionUsd! };
}
