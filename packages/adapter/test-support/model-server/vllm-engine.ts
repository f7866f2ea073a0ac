import { randomBytes } from 'node:crypto';
import { type Answer, type AnswerPart, type Engine, type ServerSettings, textPlace, usageOf } from './engine.js';
import { reasoningTokens } from './sglang-meta-info.js';
import { deltaBetween } from './split-reply.js';
import { tokenize } from './tokenize.js';
import { type ReadCall, readCall } from './tool-calls.js';
import { vllmLogprobs } from './vllm-logprobs.js';
import { badBody, errorType, refusal, refuse } from './vllm-refusals.js';

const VERSION = '0.32.0';
const FINGERPRINT = `vllm-${VERSION}-00000000`;

/** vLLM 0.32 with `--enable-auto-tool-choice --tool-call-parser hermes`. */
export function createVllmEngine(settings: ServerSettings): Engine {
  const { modelName, contextTokens } = settings;
  const asksForIds = (answer: Answer) => answer.request.body.return_token_ids === true;
  // Who may not see the reasoning may not see its tokens.
  const hides = (answer: Answer) => settings.reasoningParser && answer.request.body.include_reasoning === false;
  const choiceLogprobs = (answer: Answer, from?: number, to?: number) =>
    answer.logprobs === undefined || hides(answer) ? null : vllmLogprobs(answer, from, to);

  const stream = (answer: Answer, choices: readonly unknown[]) => ({
    id: answer.id,
    object: 'chat.completion.chunk',
    created: answer.created,
    model: modelName,
    choices,
  });

  return {
    newId: () => `chatcmpl-${randomBytes(8).toString('hex')}`,
    refuse: (request) => refuse(request, settings),
    error: (statusCode, message) => refusal(statusCode, errorType(statusCode), message),
    badBody,
    unauthorized: (path) => (path.startsWith('/v1') ? { statusCode: 401, body: { error: 'Unauthorized' } } : undefined),

    chatBody(answer) {
      const { generation, reply } = answer;
      const { content, calls } = readMessage(answer, settings);
      return {
        id: answer.id,
        object: 'chat.completion',
        created: answer.created,
        model: modelName,
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content,
              refusal: null,
              annotations: null,
              audio: null,
              function_call: null,
              ...(calls.length > 0 && { tool_calls: calls.map(toolCall) }),
              reasoning: hides(answer) ? null : (reply.reasoning ?? null),
            },
            logprobs: choiceLogprobs(answer),
            finish_reason: calls.length > 0 ? 'tool_calls' : generation.finish,
            stop_reason: generation.stopString ?? null,
            token_ids: asksForIds(answer) && !hides(answer) ? generation.tokenIds : null,
            routed_experts: null,
          },
        ],
        service_tier: null,
        system_fingerprint: FINGERPRINT,
        usage: {
          ...usageOf(answer),
          prompt_tokens_details: settings.reportsCachedTokens ? { cached_tokens: answer.cachedTokens } : null,
          completion_tokens_details: settings.reasoningParser ? { reasoning_tokens: thoughtTokens(answer) } : null,
        },
        prompt_logprobs: null,
        prompt_token_ids: asksForIds(answer) ? answer.request.promptIds : null,
        prompt_text: null,
        kv_transfer_params: null,
        ec_transfer_params: null,
        metrics: null,
      };
    },

    firstEvents: (answer) => [
      {
        ...stream(answer, [
          { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
        ]),
        prompt_token_ids: asksForIds(answer) ? answer.request.promptIds : null,
        prompt_text: null,
      },
    ],

    events(answer, part) {
      const { finish, stopString, tokenIds } = answer.generation;
      const choice = {
        index: 0,
        delta: deltaOf(answer, part),
        logprobs: choiceLogprobs(answer, part.from, part.to),
        finish_reason: part.isLast ? (finish === 'stop' && hasCalls(answer) ? 'tool_calls' : finish) : null,
        ...(part.isLast && { stop_reason: stopString ?? null }),
        token_ids: asksForIds(answer) && !hides(answer) ? tokenIds.slice(part.from, part.to) : null,
      };
      const isEnd = part.isLast && !wantsUsage(answer);
      return [{ ...stream(answer, [choice]), ...(isEnd && { system_fingerprint: FINGERPRINT }) }];
    },

    lastEvents: (answer) =>
      wantsUsage(answer)
        ? [
            {
              ...stream(answer, []),
              usage: {
                ...usageOf(answer),
                ...(settings.reportsCachedTokens && { prompt_tokens_details: { cached_tokens: answer.cachedTokens } }),
              },
              system_fingerprint: FINGERPRINT,
            },
          ]
        : [],

    page(path, body) {
      switch (path) {
        case 'GET /v1/models':
          return { object: 'list', data: [modelCard(settings)] };
        case 'GET /version':
          return { version: VERSION };
        case 'GET /health':
        case 'GET /ping':
          return '';
        case 'POST /tokenize':
          return { ...tokenize(body, contextTokens), token_strs: null };
        case 'GET /weight_info':
          return settings.weightVersion && { weight_version: settings.weightVersion() };
        case 'GET /is_paused':
          return settings.weightVersion && { is_paused: false };
        default:
          return undefined;
      }
    },
  };
}

function readMessage(
  { reply }: Answer,
  settings: ServerSettings,
): { readonly content: string | null; readonly calls: readonly ReadCall[] } {
  const calls = reply.blocks.map(readCall);
  // One call that cannot be read makes all of them text.
  if (calls.length === 0 || calls.includes(undefined))
    return { content: reply.rest === '' && settings.reasoningParser ? null : reply.rest, calls: [] };
  const isBlank = (reply.reasoning === undefined ? reply.content : reply.content.trim()) === '';
  return { content: isBlank ? null : reply.content, calls: calls as ReadCall[] };
}

/** Without the tags. */
function thoughtTokens(answer: Answer): number {
  if (answer.reply.reasoning === undefined) return 0;
  const isClosed = answer.reply.text.includes('</think>');
  return reasoningTokens(answer) - (isClosed ? 2 : 1);
}

function hasCalls({ reply }: Answer): boolean {
  return reply.segments.some(({ kind }) => kind === 'call-name');
}

function wantsUsage({ request }: Answer): boolean {
  return (request.body.stream_options as { include_usage?: unknown } | null | undefined)?.include_usage === true;
}

/** Arguments are streamed as the model writes them. */
function deltaOf(answer: Answer, { from, to }: AnswerPart): unknown {
  const { reasoning, content, calls } = deltaBetween(answer.reply, textPlace(answer, from), textPlace(answer, to));
  return {
    ...(reasoning !== undefined && { reasoning }),
    ...(content !== undefined && { content }),
    ...(content === undefined && calls.length > 0 && { content: null }),
    ...(calls.length > 0 && {
      tool_calls: calls.map((call) => ({
        ...(call.name !== undefined && { id: callId(), type: 'function' }),
        index: call.index,
        function: {
          ...(call.name !== undefined && { name: call.name }),
          ...(call.arguments !== undefined && { arguments: call.arguments }),
        },
      })),
    }),
  };
}

function toolCall(call: ReadCall): unknown {
  return { id: callId(), type: 'function', function: { name: call.name, arguments: call.arguments } };
}

function callId(): string {
  return `chatcmpl-tool-${randomBytes(8).toString('hex')}`;
}

function modelCard({ modelName, contextTokens }: ServerSettings): unknown {
  return {
    id: modelName,
    object: 'model',
    created: Math.floor(Date.now() / 1000),
    owned_by: 'vllm',
    root: `/models/${modelName}`,
    parent: null,
    max_model_len: contextTokens,
    permission: [
      {
        id: `modelperm-${randomBytes(8).toString('hex')}`,
        object: 'model_permission',
        created: Math.floor(Date.now() / 1000),
        allow_create_engine: false,
        allow_sampling: true,
        allow_logprobs: true,
        allow_search_indices: false,
        allow_view: true,
        allow_fine_tuning: false,
        organization: '*',
        group: null,
        is_blocking: false,
      },
    ],
  };
}
