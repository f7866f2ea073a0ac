import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { Policy, PolicyDescription } from '../policy.js';
import { PolicyError } from '../policy-error.js';
import { answerTurn, type ModelConnection } from './answer-turn.js';
import { askServer, refusal } from './ask-server.js';
import type { ChatCompletion } from './chat-completion.js';
import { type ChosenFormat, chooseFormat, PROBE_TOOL } from './choose-format.js';
import { createContextRoom } from './context-room.js';
import { detectServer, type ServerFacts } from './detect-server.js';
import type { ModelCapabilities } from './model-capabilities.js';
import type { ModelPolicyOptions } from './model-policy-options.js';
import { createModelServer, type ModelServer } from './model-server.js';
import { createOpenCalls } from './open-calls.js';
import { type CaptureProbe, probeCapture } from './probe-capture.js';
import { type Dialect, type RequestParts, requestBody } from './request-body.js';
import { type Settings, settle } from './settings.js';
import { createUsageTotals, type UsageTotals } from './usage-totals.js';
import { createWeightVersions } from './weight-versions.js';

/** A policy that a model server plays. One may play any number of rollouts at once. */
export interface ModelPolicy extends Policy {
  readonly description: PolicyDescription;
  readonly capabilities: ModelCapabilities;
  /** Since it was opened, over all rollouts. */
  usage(): Readonly<UsageTotals>;
  /** Ends its connections; requests under way fail. */
  close(): Promise<void>;
}

/**
 * Turns an OpenAI-compatible server into a policy. Finds out once what the server can do and records of each turn as
 * much as it tells. Throws PolicyError: `invalid-options`, `unreachable`, `refused`, `bad-answer`, `retries-exhausted`.
 */
export async function openModelPolicy(options: ModelPolicyOptions): Promise<ModelPolicy> {
  const settings = settle(options);
  const server = createModelServer(settings);
  const opening = createOpenCalls();
  const { openTimeoutMs } = settings;
  const late = `The model server at ${server.host} was not ready within ${openTimeoutMs / 1000} s.`;
  const timer = setTimeout(() => opening.end(new PolicyError('unreachable', late)), openTimeoutMs);
  try {
    const callerSignal = options.signal ?? new AbortController().signal;
    return await opening.run(callerSignal, (signal) => open(server, settings, options, signal));
  } catch (error) {
    await server.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function open(
  server: ModelServer,
  settings: Settings,
  options: ModelPolicyOptions,
  signal: AbortSignal,
): Promise<ModelPolicy> {
  const totals = createUsageTotals();
  const facts = await detectServer(server, settings, options.engine, signal);
  const trial: Trial = { server, settings, facts, totals, signal };
  const probe = await probeCapture(facts.engine, settings.stream, (capture, temperature) =>
    askSmall(trial, { capture, hasTopK: facts.engine !== 'other' }, temperature),
  );
  const dialect: Dialect = { capture: probe.dialect, hasTopK: facts.engine !== 'other' };
  const chosen = await formatFor(options, trial, dialect);
  const contextTokens = smaller(options.contextTokens, facts.maxModelLength);
  const weights = createWeightVersions(server, settings, facts);
  const capabilities = summarise(facts, probe, chosen, contextTokens, weights.source);
  for (const text of capabilities.notices) settings.onNotice({ text });
  const connection: ModelConnection = {
    server,
    settings,
    engine: facts.engine,
    dialect,
    format: chosen.format,
    weights,
    room: createContextRoom(contextTokens),
    totals,
    boundsReplies: contextTokens !== undefined && contextTokens < (facts.maxModelLength ?? 0),
    expectsTokens: probe.capture === 'train',
  };
  const calls = createOpenCalls();
  return {
    name: settings.name,
    description: describe(server, settings, capabilities),
    capabilities,
    respond: (conversation, asked) =>
      calls.run(asked.signal, (signal) => answerTurn(connection, conversation, { ...asked, signal })),
    usage: () => ({ ...totals }),
    async close() {
      calls.end(new PolicyError('policy-closed', `The policy ${settings.name} is closed.`));
      await server.close();
    },
  };
}

interface Trial {
  readonly server: ModelServer;
  readonly settings: Settings;
  readonly facts: ServerFacts;
  readonly totals: UsageTotals;
  readonly signal: AbortSignal;
}

const SMALL: ChatMessage = { role: 'user', content: 'Say hello.' };

/** Without the caller's sampling: what is looked for does not depend on it, and it might hide it. */
async function askSmall(trial: Trial, dialect: Dialect, temperature: number): Promise<ChatCompletion | undefined> {
  // In plain words as few as can be: what else is not known is refused too, by some even `max_tokens`.
  const isPlain = dialect.capture === 'none';
  const sampling = isPlain ? {} : { temperature, top_p: 1, ...(dialect.hasTopK && { top_k: -1 }), max_tokens: 8 };
  const topLogprobs = isPlain ? 0 : 5;
  const answer = await askTrial(trial, dialect, { messages: [SMALL], sampling, topLogprobs });
  if (answer.status === 'answered') return answer.completion;
  if (answer.status === 'overflow') throw new PolicyError('refused', `${trial.server.host}: ${answer.reason}`);
  // A field that is not known is 400 or 422; anything else, or the same without the fields, is a refusal of us.
  if (!isPlain && (answer.statusCode === 400 || answer.statusCode === 422)) return undefined;
  throw refusal(trial.server.host, answer);
}

async function formatFor(options: ModelPolicyOptions, trial: Trial, dialect: Dialect): Promise<ChosenFormat> {
  if (options.format !== 'auto') return { format: options.format, reason: 'It was asked for.' };
  return chooseFormat(trial.facts, async () => {
    const messages: ChatMessage[] = [{ role: 'user', content: `Call the tool ${PROBE_TOOL.name} now.` }];
    const sampling = dialect.capture === 'none' ? {} : { temperature: 0, max_tokens: 512 };
    const answer = await askTrial(trial, dialect, { messages, tools: [PROBE_TOOL], sampling });
    if (answer.status === 'answered') return answer.completion;
    if (answer.status === 'refused' && (answer.statusCode === 401 || answer.statusCode === 403))
      throw refusal(trial.server.host, answer);
    return answer.reason;
  });
}

async function askTrial({ server, settings, facts, totals, signal }: Trial, dialect: Dialect, parts: RequestParts) {
  const sampling = { ...settings.extraBody, ...parts.sampling };
  return askServer(server, settings, totals, {
    body: requestBody(settings, dialect, { ...parts, sampling }),
    engine: facts.engine,
    rolloutId: 'trial',
    signal,
    timeoutMs: settings.probeTimeoutMs,
    readVersion: async () => null,
  });
}

function smaller(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.min(left, right);
}

function summarise(
  facts: ServerFacts,
  probe: CaptureProbe,
  chosen: ChosenFormat,
  contextTokens: number | undefined,
  source: 'caller' | 'server' | 'none',
): ModelCapabilities {
  return {
    engine: facts.engine,
    engineVersion: facts.version,
    contextTokens,
    capture: probe.capture,
    captureReason: probe.reason,
    logprobsMode: probe.logprobsMode,
    format: chosen.format.name,
    formatReason: chosen.reason,
    weightVersion: source === 'none' && probe.hasVersions ? 'answers' : source,
    notices: facts.notices,
  };
}

function describe({ host }: ModelServer, settings: Settings, capabilities: ModelCapabilities): PolicyDescription {
  const { engine, capture, logprobsMode, format, contextTokens } = capabilities;
  return {
    capture,
    contextTokens,
    record: {
      name: settings.name,
      model: settings.model,
      base_url_host: host,
      engine,
      logprobs_mode: logprobsMode,
      format,
    },
  };
}
