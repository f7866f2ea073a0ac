import { randomBytes } from 'node:crypto';
import type { ChatRequest } from './chat-request.js';
import {
  type Answer,
  type AnswerPart,
  type Engine,
  type Refusal,
  type ServerSettings,
  textPlace,
  usageOf,
} from './engine.js';
import { sglangOverflow } from './overflow.js';
import { lastWeights, matchedStop, metaInfo, reasoningTokens } from './sglang-meta-info.js';
import { deltaBetween } from './split-reply.js';
import { tokenize } from './tokenize.js';
import { type ReadCall, readCall } from './tool-calls.js';
import { nameOf } from './vllm-logprobs.js';

/** SGLang 0.5.23 with `--tool-call-parser qwen25`. It serves any name of a model. */
export function createSglangEngine(settings: ServerSettings): Engine {
  const weightVersion = () => settings.weightVersion?.() ?? 'default';
  const modelOf = (answer: Answer) => String(answer.request.body.model ?? 'default');
  const usage = (answer: Answer) => ({
    ...usageOf(answer),
    prompt_tokens_details: settings.reportsCachedTokens ? { cached_tokens: answer.cachedTokens } : null,
    reasoning_tokens: reasoningTokens(answer),
    completion_tokens_details: reasoningTokens(answer) === 0 ? null : { reasoning_tokens: reasoningTokens(answer) },
  });
  const stream = (answer: Answer, choices: readonly unknown[]) => ({
    id: answer.id,
    object: 'chat.completion.chunk',
    created: answer.created,
    model: modelOf(answer),
    choices,
  });
  const choice = (delta: unknown, fields: object = {}) => ({
    index: 0,
    delta,
    logprobs: null,
    finish_reason: null,
    matched_stop: null,
    ...fields,
  });

  return {
    newId: () => randomBytes(16).toString('hex'),
    refuse: (request) => refuse(request, settings),
    error: (statusCode, message) => refusal(statusCode, message),
    badBody: () => refusal(400, 'Expected a JSON object with a list of messages.'),
    unauthorized: (path) =>
      path.startsWith('/health') ? undefined : { statusCode: 401, body: { error: 'Unauthorized' } },

    chatBody(answer) {
      const { body, promptIds } = answer.request;
      const { content, calls, reason } = readMessage(answer);
      const wantsIds = body.return_token_ids === true;
      const extension = sglext(answer);
      return {
        id: answer.id,
        object: 'chat.completion',
        created: answer.created,
        model: modelOf(answer),
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content,
              reasoning_content: answer.reply.reasoning || null,
              ...(calls.length > 0 && { tool_calls: calls.map((call, index) => toolCall(index, call)) }),
            },
            logprobs: answer.logprobs === undefined ? null : logprobsOf(answer),
            finish_reason: reason,
            matched_stop: reason === 'tool_calls' ? null : matchedStop(answer),
            ...((wantsIds || body.return_prompt_token_ids === true) && { prompt_token_ids: promptIds }),
            ...(wantsIds && { [settings.sglangIdsField]: answer.generation.tokenIds }),
            ...(body.return_meta_info === true && { meta_info: metaInfo(answer, reason) }),
          },
        ],
        usage: usage(answer),
        metadata: { weight_version: lastWeights(answer), weight_versions: answer.weightVersions },
        ...(extension && { sglext: extension }),
      };
    },

    firstEvents: (answer) => [stream(answer, [choice({ reasoning_content: null, role: 'assistant', content: '' })])],
    events: (answer, part) =>
      eventsOf(answer, part, settings).map(({ delta, isFull, ...fields }) => ({
        ...stream(answer, [choice(delta, fields)]),
        ...(isFull && { usage: null }),
      })),
    lastEvents(answer) {
      const { finish } = answer.generation;
      const hasCalls = answer.reply.segments.some(({ kind }) => kind === 'call-name');
      const end = {
        finish_reason: finish === 'stop' && hasCalls ? 'tool_calls' : finish,
        matched_stop: matchedStop(answer),
      };
      const extension = sglext(answer);
      const { stream_options: options } = answer.request.body as {
        stream_options?: { include_usage?: unknown } | null;
      };
      return [
        stream(answer, [choice({ reasoning_content: null }, end)]),
        ...(extension ? [{ ...stream(answer, []), usage: null, sglext: extension }] : []),
        ...(options?.include_usage === true ? [{ ...stream(answer, []), usage: usage(answer) }] : []),
      ];
    },

    page(path, body) {
      switch (path) {
        case 'GET /v1/models':
          return { object: 'list', data: [modelCard(settings)] };
        case 'GET /health':
          return '';
        case 'GET /get_model_info':
        case 'GET /model_info':
          return {
            model_path: `/models/${settings.modelName}`,
            served_model_name: settings.modelName,
            tokenizer_path: `/models/${settings.modelName}`,
            is_generation: true,
            preferred_sampling_params: null,
            weight_version: weightVersion(),
            load_format: 'auto',
            reasoning_parser: settings.reasoningParser ? 'qwen3' : null,
            tool_call_parser: settings.hasToolParser ? 'qwen' : null,
          };
        case 'GET /get_weight_version':
          return { weight_version: weightVersion() };
        case 'POST /tokenize':
        case 'POST /v1/tokenize':
          return tokenize(body, settings.contextTokens);
        default:
          return undefined;
      }
    },
  };
}

function refuse(request: ChatRequest, settings: ServerSettings): Refusal | undefined {
  const { body, messages, temperature, isStream } = request;
  if (messages.length === 0) return refusal(400, 'Messages cannot be empty.');
  for (const [field, place] of STREAM_REFUSES) {
    if (!isStream || body[field] !== true) continue;
    const message = `${field} is not supported with streaming${place}. Please set stream=false when using ${field}=true.`;
    return refusal(400, message, 'BadRequest');
  }
  if (temperature < 0) {
    const shown = Number.isInteger(temperature) ? temperature.toFixed(1) : `${temperature}`;
    return refusal(400, `temperature must be a non-negative finite number, got ${shown}.`);
  }
  const overflow = sglangOverflow(request, settings);
  return overflow === undefined ? undefined : refusal(400, overflow);
}

const STREAM_REFUSES = [
  ['return_prompt_token_ids', ''],
  ['return_token_ids', ' on /v1/chat/completions'],
  ['return_meta_info', ''],
] as const;

function refusal(
  statusCode: number,
  message: string,
  type: string = statusCode >= 500 ? 'InternalServerError' : 'BadRequestError',
): Refusal {
  return { statusCode, body: { object: 'error', message, type, param: null, code: statusCode } };
}

/** A call that cannot be read is lost, with all that follows it. */
function readMessage({ reply, generation }: Answer): {
  readonly content: string;
  readonly calls: readonly ReadCall[];
  readonly reason: string;
} {
  const calls = reply.blocks.map(readCall).filter((call) => call !== undefined);
  return {
    // The parser of calls trims what it leaves.
    content: reply.blocks.length > 0 ? reply.content.trim() : reply.rest,
    calls,
    reason: calls.length > 0 && generation.finish === 'stop' ? 'tool_calls' : generation.finish,
  };
}

/** All ids at once, also at the end of a stream. */
function sglext({ request, generation }: Answer): object | undefined {
  const { return_input_ids: input, return_output_ids: output } = request.body;
  if (input !== true && output !== true) return undefined;
  return {
    ...(input === true && { input_ids: request.promptIds }),
    ...(output === true && { output_ids: [generation.tokenIds] }),
  };
}

function logprobsOf(answer: Answer, from = 0, to = answer.generation.tokenIds.length): unknown {
  const { generation, logprobs = [], request } = answer;
  const { texts } = generation;
  const entry = (token: string, logprob: number) => ({ token, bytes: [...Buffer.from(token)], logprob });
  return {
    content: logprobs.slice(from, to).map(({ sampled, top }, index) => ({
      ...entry(texts[from + index]!, sampled.logprob),
      top_logprobs: top.slice(0, request.topLogprobs).map(({ id, logprob }) => entry(nameOf(id), logprob)),
    })),
  };
}

interface PartOfAnswer {
  readonly delta: unknown;
  /** Made by the parser of calls, which leaves no field out. */
  readonly isFull: boolean;
  readonly logprobs?: unknown;
}

/** Content, reasoning and calls come in events of their own; the first one carries the log-probabilities. */
function eventsOf(answer: Answer, { from, to }: AnswerPart, settings: ServerSettings): readonly PartOfAnswer[] {
  const { reasoning, content, calls } = deltaBetween(answer.reply, textPlace(answer, from), textPlace(answer, to));
  const isFull = settings.hasToolParser && answer.request.tools.length > 0;
  const parts: PartOfAnswer[] = [];
  if (reasoning !== undefined) parts.push({ delta: { reasoning_content: reasoning }, isFull: false });
  if (content !== undefined)
    parts.push({ delta: { ...(isFull && { role: null }), reasoning_content: null, content }, isFull });
  for (const { index, name, arguments: written } of calls) {
    if (name !== undefined) parts.push({ delta: callDelta(callId(), index, { name, arguments: '' }), isFull });
    if (written !== undefined)
      parts.push({ delta: callDelta(null, index, { name: null, arguments: written }), isFull });
  }
  if (answer.logprobs === undefined) return parts;
  const [first = { delta: { reasoning_content: null }, isFull: false }, ...rest] = parts;
  return [{ ...first, logprobs: logprobsOf(answer, from, to) }, ...rest];
}

function callDelta(id: string | null, index: number, called: unknown): unknown {
  const call = { id, index, type: 'function', function: called };
  return { role: null, content: null, reasoning_content: null, tool_calls: [call] };
}

function toolCall(index: number, call: ReadCall): unknown {
  return { id: callId(), index, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

function callId(): string {
  return `call_${randomBytes(12).toString('hex')}`;
}

function modelCard({ modelName, contextTokens }: ServerSettings): unknown {
  return {
    id: modelName,
    object: 'model',
    created: Math.floor(Date.now() / 1000),
    owned_by: 'sglang',
    root: modelName,
    parent: null,
    max_model_len: contextTokens,
  };
}
