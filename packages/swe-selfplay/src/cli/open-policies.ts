import { type ModelPolicy, openModelPolicy, PolicyError, TOOL_CALL_FORMATS } from '@swe-selfplay/adapter';
import { printable } from '../printable.js';
import { DEFAULT_CONCURRENCY, type PolicyFlags, type Role } from './policy-options.js';
import { type RoleServer, serverOf } from './role-servers.js';
import type { Terminal } from './terminal.js';

/** The models that play, by role; undefined where none does. */
export interface RolePolicies {
  readonly injector: ModelPolicy | undefined;
  readonly solver: ModelPolicy | undefined;
}

/** Opens the policies that a command asked for, each once, uses and closes them. Throws UsageError and PolicyError. */
export async function withPolicies<Result>(
  flags: PolicyFlags,
  roles: readonly Role[],
  terminal: Terminal,
  signal: AbortSignal,
  use: (policies: RolePolicies) => Promise<Result>,
): Promise<Result> {
  const opened = new Map<string, ModelPolicy>();
  const servers = roles.map((role) => ({ role, server: serverOf(flags, role) }));
  const open = async (role: Role) => {
    const server = servers.find((entry) => entry.role === role)?.server;
    if (server === undefined) return undefined;
    const name = nameOf(server);
    const known = opened.get(name);
    if (known !== undefined) return known;
    const played = servers.filter((entry) => entry.server && nameOf(entry.server) === name);
    const policy = await openPolicy(server, flags, terminal, signal);
    opened.set(name, policy);
    terminal.say(describePolicy(policy, played.length === roles.length ? 'Policy' : `The ${role}:`));
    return policy;
  };
  try {
    return await use({ injector: await open('injector'), solver: await open('solver') });
  } finally {
    await Promise.all([...opened.values()].map((policy) => policy.close()));
  }
}

/**
 * Conversations at once, `most` that are of use; undefined where no model plays: then the jobs bound everything.
 */
export function concurrencyOf(
  flags: PolicyFlags,
  policies: RolePolicies,
  most: number = DEFAULT_CONCURRENCY,
): number | undefined {
  if (policies.injector === undefined && policies.solver === undefined) return undefined;
  return flags.concurrency ?? Math.min(DEFAULT_CONCURRENCY, most);
}

function nameOf({ url, model, apiKeyEnv }: RoleServer): string {
  return JSON.stringify([url, model, apiKeyEnv]);
}

async function openPolicy(
  server: RoleServer,
  flags: PolicyFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ModelPolicy> {
  const { format, temperature, topP, maxTokens, context, stream, seed } = flags;
  const { url, model, apiKey } = server;
  terminal.status(`asking ${new URL(url).host} what it can do`);
  try {
    return await openModelPolicy({
      baseUrl: url,
      model,
      apiKey,
      format: format === 'auto' ? 'auto' : TOOL_CALL_FORMATS[format as keyof typeof TOOL_CALL_FORMATS],
      sampling: { temperature, topP, maxTokens, seed },
      contextTokens: context,
      stream,
      // A server that says nothing for so long is asked again: it must not cost the model its episode.
      requestTimeoutMs: Math.ceil((flags.episodeTimeout * 1000) / 2),
      signal,
      ...listeners(new URL(url).host, terminal),
    });
  } catch (error) {
    throw error instanceof PolicyError ? withAdvice(error, server) : error;
  }
}

/** From the third time on, trouble is worth a line, but not one of every conversation. */
const TELLING_ATTEMPT = 3;
const LINE_EVERY_MS = 30_000;

/** What is told of a server while it is asked: hundreds of conversations have the same trouble at once. */
function listeners(host: string, terminal: Terminal) {
  let lastLineAt = Number.NEGATIVE_INFINITY;
  let hasToldOfRollout = false;
  return {
    onRetry: ({ attempt, delayMs, reason }: { attempt: number; delayMs: number; reason: string }) => {
      const text = `${host} failed ${attempt} times in a row; asking again in ${Math.round(delayMs / 1000)} s: ${reason}`;
      terminal.status(text);
      if (attempt < TELLING_ATTEMPT || performance.now() - lastLineAt < LINE_EVERY_MS) return;
      lastLineAt = performance.now();
      terminal.say(printable(text));
    },
    onNotice: ({ text, rolloutId }: { text: string; rolloutId?: string | undefined }) => {
      if (rolloutId !== undefined && hasToldOfRollout) return;
      hasToldOfRollout ||= rolloutId !== undefined;
      const scope = rolloutId === undefined ? '' : ' Of more such turns only the trajectories tell.';
      terminal.warn(`warning: ${printable(text)}${scope}`);
    },
  };
}

/** A refusal in the words of the command line. */
function withAdvice(error: PolicyError, { url, apiKeyEnv, apiKey }: RoleServer): PolicyError {
  if (error.code !== 'refused') return error;
  let advice = '';
  if (/API key/.test(error.message))
    advice = ` It is read from the environment variable ${apiKeyEnv}, which is ${apiKey === undefined ? 'not set' : 'set'}.`;
  else if (/ 404\b/.test(error.message) && !/\/v\d/.test(new URL(url).pathname)) advice = ' Most addresses end in /v1.';
  return new PolicyError(error.code, `${error.message}${advice}`, { cause: error });
}

/** What was found out about a policy, once. */
function describePolicy({ name, description, capabilities }: ModelPolicy, heading: string): string {
  const { engine, engineVersion, capture, captureReason, format, formatReason, contextTokens } = capabilities;
  const server = engine === 'other' ? 'an unknown engine' : `${engine} ${engineVersion ?? ''}`.trim();
  const context = contextTokens === undefined ? 'unknown' : `${contextTokens.toLocaleString('en-US')} tokens`;
  return [
    `${heading} ${printable(name)} at ${description.record.base_url_host} (${printable(server)})`,
    `  capture  ${capture}: ${printable(captureReason)}`,
    `  calls    ${format}: ${printable(formatReason)}`,
    `  context  ${context}`,
  ].join('\n');
}
