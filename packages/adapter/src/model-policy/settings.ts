import { PolicyError } from '../policy-error.js';
import type { ModelPolicyOptions, PolicyNotice, RetryEvent } from './model-policy-options.js';

/** The options with their defaults, checked. */
export interface Settings {
  readonly baseUrl: URL;
  readonly model: string;
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sampling: {
    readonly temperature: number;
    readonly topP: number;
    readonly topK: number;
    readonly maxTokens: number | undefined;
    readonly seed: number | undefined;
    readonly stop: readonly string[] | undefined;
  };
  readonly stream: boolean;
  readonly resendReasoning: readonly string[];
  readonly getWeightVersion: (() => string | Promise<string>) | undefined;
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly retry: { readonly attempts: number; readonly minMs: number; readonly maxMs: number };
  readonly requestTimeoutMs: number | undefined;
  readonly probeTimeoutMs: number;
  readonly openTimeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly random: () => number;
  readonly now: () => Date;
  readonly onRetry: (event: RetryEvent) => void;
  readonly onNotice: (notice: PolicyNotice) => void;
  /** Takes secrets out of a text that somebody will read. */
  readonly redact: (text: string) => string;
}

/** Fields of a request that the client decides; two deciders would record one thing and send another. */
const OWN_FIELDS = new Set(
  (
    'model messages tools tool_choice stream stream_options n logprobs top_logprobs temperature top_p top_k max_tokens ' +
    'seed stop return_token_ids return_prompt_token_ids return_meta_info request_id rid'
  ).split(' '),
);

export function settle(options: Omit<ModelPolicyOptions, 'format'>): Settings {
  const { sampling, retry, model } = options;
  if (model === '') throw new PolicyError('invalid-options', 'Expected the name of a model, and it is empty.');
  for (const field of Object.keys(options.extraBody ?? {})) {
    if (OWN_FIELDS.has(field))
      throw new PolicyError('invalid-options', `extraBody must not set ${field}: the policy sets it itself.`);
  }
  return {
    baseUrl: readBaseUrl(options.baseUrl),
    model,
    name: options.name ?? model,
    headers: headersOf(options),
    sampling: {
      temperature: atLeast(0, 'temperature', sampling?.temperature ?? 1),
      topP: atLeast(0, 'topP', sampling?.topP ?? 1),
      topK: atLeast(-1, 'topK', sampling?.topK ?? -1),
      maxTokens: sampling?.maxTokens && atLeast(1, 'maxTokens', sampling.maxTokens),
      seed: sampling?.seed,
      stop: sampling?.stop?.length ? sampling.stop : undefined,
    },
    stream: options.stream ?? false,
    resendReasoning: options.resendReasoning || [],
    getWeightVersion: options.getWeightVersion,
    extraBody: options.extraBody ?? {},
    retry: {
      attempts: atLeast(1, 'retry.attempts', retry?.attempts ?? 10),
      minMs: atLeast(0, 'retry.minMs', retry?.minMs ?? 4_000),
      maxMs: atLeast(0, 'retry.maxMs', retry?.maxMs ?? 60_000),
    },
    requestTimeoutMs: options.requestTimeoutMs,
    probeTimeoutMs: options.probeTimeoutMs ?? 120_000,
    openTimeoutMs: options.openTimeoutMs ?? 600_000,
    maxAnswerBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    random: options.random ?? Math.random,
    now: options.now ?? (() => new Date()),
    onRetry: options.onRetry ?? (() => {}),
    onNotice: options.onNotice ?? (() => {}),
    redact: createRedactor(secretsOf(options)),
  };
}

function readBaseUrl(text: string): URL {
  // The address itself stays out of the messages: it may hold a session or a password.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new PolicyError('invalid-options', 'Expected baseUrl to be an address like http://host:8000/v1.');
  if (url.username !== '' || url.password !== '')
    throw new PolicyError('invalid-options', 'baseUrl holds a user or password; hand in apiKey or headers instead.');
  return url;
}

function headersOf({ headers, apiKey }: Pick<ModelPolicyOptions, 'headers' | 'apiKey'>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) all[name.toLowerCase()] = value;
  if (apiKey) all.authorization = `Bearer ${apiKey}`;
  for (const [name, value] of Object.entries(all)) {
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new PolicyError(
        'invalid-options',
        `The value of the header ${name} has characters that no header carries.`,
      );
  }
  return all;
}

function secretsOf({ apiKey, headers }: Pick<ModelPolicyOptions, 'headers' | 'apiKey'>): string[] {
  const values = Object.entries(headers ?? {})
    .filter(([name]) => /auth|key|token|secret|cookie/i.test(name))
    .map(([, value]) => value);
  return [apiKey ?? '', ...values].filter((value) => value.length > 3);
}

/** Servers put the key that they refuse into their messages. */
function createRedactor(secrets: readonly string[]): (text: string) => string {
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}

function atLeast(least: number, name: string, value: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new PolicyError('invalid-options', `Expected ${name} to be a number of at least ${least}, and it is ${value}.`);
}
