import { randomBytes } from 'node:crypto';
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
import { deltaBetween } from './split-reply.js';
import { tokenize } from './tokenize.js';
import { type ReadCall, readCall } from './tool-calls.js';
import { END_OF_MESSAGE, tokenTexts } from './toy-tokenizer.js';

/** SGLang as of the middle of 2026, with `--tool-call-parser qwen`. It serves any name of a model. */
export function createSglangEngine(settings: ServerSettings): Engine {
  const weightVersion = () => settings.weightVersion?.() ?? 'default';
  const modelOf = (answer: Answer) => String(answer.request.body.model ?? 'default');
  const usage = (answer: Answer) => ({
    ...usageOf(answer),
    prompt_tokens_details: settings.reportsCachedTokens ? { cached_tokens: answer.cachedTokens } : null,
    reasoning_tokens: 0,
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
    refuse({ body, messages, isStream, ...request }) {
      if (messages.length === 0) return refusal(400, 'Messages cannot be empty.');
      const refused = ['return_prompt_token_ids', 'return_token_ids', 'return_meta_info'].find(
        (field) => isStream && body[field] === true,
      );
      if (refused !== undefined)
        return refusal(
          400,
          `${refused} is not supported with streaming. Please set stream=false when using ${refused}=true.`,
        );
      const overflow = sglangOverflow({ body, messages, isStream, ...request }, settings);
      return overflow === undefined ? undefined : refusal(400, overflow);
    },
    error: refusal,
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
              reasoning_content: readReasoning(answer),
              tool_calls: calls.length === 0 ? null : calls.map((call, index) => toolCall(index, call)),
            },
            logprobs: answer.logprobs === undefined ? null : logprobsOf(answer),
            finish_reason: reason,
            matched_stop: reason === 'tool_calls' ? null : matchedStop(answer),
            ...((wantsIds || body.return_prompt_token_ids === true) && { prompt_token_ids: promptIds }),
            ...(wantsIds && { token_ids: answer.generation.tokenIds }),
            ...(body.return_meta_info === true && { meta_info: metaInfo(answer, reason, weightVersion()) }),
          },
        ],
        usage: usage(answer),
        metadata: { weight_version: weightVersion() },
        ...(extension && { sglext: extension }),
      };
    },

    firstEvents: (answer) => [stream(answer, [choice({ role: 'assistant', content: '', reasoning_content: null })])],
    events: (answer, part) =>
      eventsOf(answer, part).map(({ delta, ...fields }) => stream(answer, [choice(delta, fields)])),
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
            tokenizer_path: `/models/${settings.modelName}`,
            is_generation: true,
            preferred_sampling_params: null,
            weight_version: weightVersion(),
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

function refusal(statusCode: number, message: string): Refusal {
  const type = statusCode >= 500 ? 'InternalServerError' : 'BadRequestError';
  return { statusCode, body: { object: 'error', message, type, param: null, code: statusCode } };
}

/** A call that cannot be read is left out, and the reply still counts as one with calls. */
function readMessage({ reply, generation }: Answer): {
  readonly content: string;
  readonly calls: readonly ReadCall[];
  readonly reason: string;
} {
  const { finish } = generation;
  const isRead = reply.blocks.length > 0;
  const text = isRead ? reply.content : reply.rest;
  return {
    // The parsers of calls and of reasoning trim what they leave.
    content: isRead || reply.reasoning !== undefined ? text.trim() : text,
    calls: reply.blocks.map(readCall).filter((call) => call !== undefined),
    reason: isRead && finish === 'stop' ? 'tool_calls' : finish,
  };
}

function readReasoning({ reply }: Answer): string | null {
  return reply.reasoning?.trimStart() || null;
}

function matchedStop({ generation }: Answer): number | string | null {
  return generation.finish === 'stop' ? (generation.stopString ?? END_OF_MESSAGE) : null;
}

function metaInfo(answer: Answer, reason: string, weightVersion: string): unknown {
  const { generation, logprobs, request } = answer;
  const { texts } = generation;
  return {
    id: answer.id,
    finish_reason:
      reason === 'length'
        ? { type: 'length', length: generation.tokenIds.length }
        : { type: reason, matched: reason === 'tool_calls' ? null : matchedStop(answer) },
    prompt_tokens: request.promptIds.length,
    weight_version: weightVersion,
    completion_tokens: generation.tokenIds.length,
    cached_tokens: answer.cachedTokens,
    ...(logprobs && {
      input_token_logprobs: [],
      output_token_logprobs: logprobs.map(({ sampled }, index) => [sampled.logprob, sampled.id, texts[index]]),
    }),
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
      top_logprobs: top
        .slice(0, request.topLogprobs)
        .map(({ id, logprob }) => entry(tokenTexts([id])[0] || '\ufffd', logprob)),
    })),
  };
}

/** Content, reasoning and calls come in events of their own; the first one carries the log-probabilities. */
function eventsOf(
  answer: Answer,
  { from, to }: AnswerPart,
): readonly { readonly delta: unknown; readonly logprobs?: unknown }[] {
  const { reasoning, content, calls } = deltaBetween(answer.reply, textPlace(answer, from), textPlace(answer, to));
  const deltas: unknown[] = [
    ...(reasoning === undefined ? [] : [{ reasoning_content: reasoning }]),
    ...(content === undefined ? [] : [{ content, reasoning_content: null }]),
    ...calls.map(({ index, name, arguments: written }) => ({
      role: null,
      content: null,
      reasoning_content: null,
      tool_calls: [
        {
          id: name === undefined ? null : callId(),
          index,
          type: 'function',
          function: { name: name ?? null, arguments: written ?? '' },
        },
      ],
    })),
  ];
  if (answer.logprobs === undefined) return deltas.map((delta) => ({ delta }));
  const [first = {}, ...rest] = deltas;
  return [{ delta: first, logprobs: logprobsOf(answer, from, to) }, ...rest.map((delta) => ({ delta }))];
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
