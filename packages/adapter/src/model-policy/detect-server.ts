import { z } from 'zod';
import { PolicyError } from '../policy-error.js';
import { messageIn } from './judge-reply.js';
import type { Engine, ModelPolicyOptions } from './model-policy-options.js';
import type { JsonReply, ModelServer } from './model-server.js';
import { readRetryAfterMs, retryDelayMs, waitMs } from './retry-delay.js';
import type { Settings } from './settings.js';

/** What the paths of a server beside its chat tell. */
export interface ServerFacts {
  readonly engine: Engine;
  readonly version: string | undefined;
  /** Longest conversation that it takes. */
  readonly maxModelLength: number | undefined;
  /** A path below the root that tells the version of the weights. */
  readonly versionPath: string | undefined;
  /** False: the server says that it reads no tool calls. Undefined: it does not say. */
  readonly hasToolParser: boolean | undefined;
  readonly notices: readonly string[];
}

const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      owned_by: z.string().nullish().catch(null),
      max_model_len: z.number().nullish().catch(null),
    }),
  ),
});

const infoSchema = z.object({
  version: z.string().nullish().catch(null),
  weight_version: z.union([z.string(), z.number()]).nullish().catch(null),
  /** Of SGLang only. */
  model_path: z.string().nullish().catch(null),
  tool_call_parser: z.string().nullish().catch(undefined),
});

/** Asks the server who it is. Throws PolicyError where it cannot be reached, refuses us or lacks the model. */
export async function detectServer(
  server: ModelServer,
  settings: Settings,
  asked: ModelPolicyOptions['engine'],
  signal: AbortSignal,
): Promise<ServerFacts> {
  const request = { signal, timeoutMs: settings.probeTimeoutMs };
  const listed = await listModels(server, settings, request);
  const notices: string[] = [];
  if (listed === undefined) notices.push(`${server.host} does not list its models.`);
  const entry = listed?.find(({ id }) => id === settings.model);
  if (listed !== undefined && entry === undefined) {
    const names =
      listed
        .map(({ id }) => id)
        .slice(0, 20)
        .join(', ') || 'none';
    throw new PolicyError('refused', `${server.host} has no model ${settings.model}. Its models are: ${names}.`);
  }
  const info = async (path: string) => {
    const reply = await server.get('root', path, { ...request, timeoutMs: Math.min(request.timeoutMs, 10_000) });
    return reply.status === 'replied' && reply.statusCode === 200 ? infoSchema.safeParse(reply.json).data : undefined;
  };
  const owner = entry?.owned_by;
  const named = asked === undefined || asked === 'auto' ? undefined : asked;
  const engine = named ?? (owner === 'vllm' || owner === 'sglang' ? owner : await guessEngine(info));
  const found = engine === 'other' ? undefined : await askEngine(engine, info);
  return {
    engine,
    version: found?.version,
    maxModelLength: entry?.max_model_len ?? undefined,
    versionPath: found?.versionPath,
    hasToolParser: found?.hasToolParser,
    notices,
  };
}

/** Undefined: it lists none, which some gateways do not. */
async function listModels(
  server: ModelServer,
  { retry, random, now, redact }: Settings,
  request: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<z.infer<typeof modelsSchema>['data'] | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await server.get('api', 'models', request);
    if (reply.status === 'broken' && !reply.isSudden) throw unreachable(server.host, reply.reason, reply.cause);
    if (reply.status === 'too-large') return undefined;
    if (reply.status === 'replied' && !isPassing(reply.statusCode)) return readModels(server.host, reply, redact);
    const reason = reply.status === 'broken' ? reply.reason : `${reply.statusCode}: ${messageIn(reply.text, redact)}`;
    if (attempt >= retry.attempts) throw unreachable(server.host, reason);
    const askedMs = reply.status === 'replied' ? readRetryAfterMs(reply.header('retry-after'), now()) : undefined;
    await waitMs(retryDelayMs(attempt, retry, random, askedMs), request.signal);
  }
}

function isPassing(statusCode: number): boolean {
  return statusCode >= 500 || statusCode === 408 || statusCode === 429;
}

function readModels(
  host: string,
  reply: Extract<JsonReply, { readonly status: 'replied' }>,
  redact: (text: string) => string,
): z.infer<typeof modelsSchema>['data'] | undefined {
  if (reply.statusCode === 401 || reply.statusCode === 403) {
    const message = `${host} refuses us with ${reply.statusCode}: ${messageIn(reply.text, redact)}.`;
    throw new PolicyError('refused', `${message} Hand in the API key that this server expects.`);
  }
  if (reply.statusCode >= 300 && reply.statusCode < 400)
    throw new PolicyError('refused', `${host} redirects; use the address that it redirects to.`);
  return reply.statusCode === 200 ? modelsSchema.safeParse(reply.json).data?.data : undefined;
}

function unreachable(host: string, reason: string, cause?: unknown): PolicyError {
  const advice = 'Check that the server runs and that the address is right.';
  return new PolicyError('unreachable', `Cannot reach a model server at ${host}: ${reason}. ${advice}`, { cause });
}

type AskInfo = (path: string) => Promise<z.infer<typeof infoSchema> | undefined>;

/** Behind a gateway the owner of a model may be anybody. */
async function guessEngine(info: AskInfo): Promise<Engine> {
  if ((await info('get_model_info'))?.model_path) return 'sglang';
  return (await info('version'))?.version ? 'vllm' : 'other';
}

async function askEngine(engine: 'vllm' | 'sglang', info: AskInfo): Promise<Partial<ServerFacts>> {
  if (engine === 'vllm') {
    const [version, weights] = await Promise.all([info('version'), info('weight_info')]);
    return {
      version: version?.version ?? undefined,
      versionPath: weights?.weight_version == null ? undefined : 'weight_info',
    };
  }
  const version = ((await info('server_info')) ?? (await info('get_server_info')))?.version ?? undefined;
  for (const path of ['model_info', 'get_model_info']) {
    const model = await info(path);
    if (model === undefined) continue;
    const parser = model.tool_call_parser;
    return {
      version,
      versionPath: model.weight_version == null ? undefined : path,
      hasToolParser: parser === undefined ? undefined : parser !== null,
    };
  }
  return { version };
}
