import { randomBytes } from 'node:crypto';
import { type Answer, type Engine, type Refusal, type ServerSettings, textPlace, usageOf } from './engine.js';
import { deltaBetween } from './split-reply.js';
import { readCallLoosely } from './tool-calls.js';

/** Any OpenAI-compatible server: what everybody has, in OpenAI's words, and no tokens. */
export function createPlainEngine(settings: ServerSettings): Engine {
  const { modelName, contextTokens: context } = settings;
  const stream = (answer: Answer, choices: readonly unknown[]) => ({
    id: answer.id,
    object: 'chat.completion.chunk',
    created: answer.created,
    model: modelName,
    choices,
  });
  const usage = (answer: Answer) => ({
    ...usageOf(answer),
    ...(settings.reportsCachedTokens && { prompt_tokens_details: { cached_tokens: answer.cachedTokens } }),
  });
  return {
    newId: () => `chatcmpl-${randomBytes(8).toString('hex')}`,
    refuse({ body, messages, promptIds, maxTokens = 0 }) {
      if (body.model !== modelName)
        return refusal(404, `The model \`${body.model}\` does not exist.`, { code: 'model_not_found' });
      if (messages.length === 0) return refusal(400, 'messages must not be empty.', { param: 'messages' });
      if (promptIds.length < context && promptIds.length + maxTokens <= context) return undefined;
      return refusal(
        400,
        `This model's maximum context length is ${context} tokens. However, your messages resulted in ${promptIds.length} tokens. Please reduce the length of the messages.`,
        { param: 'messages', code: 'context_length_exceeded' },
      );
    },
    error: (statusCode, message) => refusal(statusCode, message, {}),
    badBody: () => refusal(400, 'We could not parse the JSON body of your request.', {}),
    unauthorized: () => refusal(401, 'Incorrect API key provided.', { code: 'invalid_api_key' }),

    chatBody(answer) {
      const { generation, reply } = answer;
      const calls = reply.blocks.map(readCallLoosely).filter((call) => call !== undefined);
      const content = calls.length === 0 ? reply.rest : reply.content || null;
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
              ...(reply.reasoning !== undefined && { reasoning_content: reply.reasoning }),
              ...(calls.length > 0 && {
                tool_calls: calls.map((call) => ({ id: callId(), type: 'function', function: call })),
              }),
            },
            finish_reason: calls.length > 0 && generation.finish === 'stop' ? 'tool_calls' : generation.finish,
          },
        ],
        usage: usage(answer),
      };
    },

    firstEvents: (answer) => [
      stream(answer, [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ],
    events(answer, { from, to, isLast }) {
      const { reasoning, content, calls } = deltaBetween(answer.reply, textPlace(answer, from), textPlace(answer, to));
      const delta = {
        ...(reasoning !== undefined && { reasoning_content: reasoning }),
        ...(content !== undefined && { content }),
        ...(calls.length > 0 && {
          tool_calls: calls.map(({ index, ...call }) => ({
            index,
            ...(call.name !== undefined && { id: callId(), type: 'function' }),
            function: call,
          })),
        }),
      };
      const { finish } = answer.generation;
      const reason = finish === 'stop' && answer.reply.blocks.length > 0 ? 'tool_calls' : finish;
      const events = [];
      if (Object.keys(delta).length > 0) events.push(stream(answer, [{ index: 0, delta, finish_reason: null }]));
      if (isLast) events.push(stream(answer, [{ index: 0, delta: {}, finish_reason: reason }]));
      return events;
    },
    lastEvents(answer) {
      const { stream_options: options } = answer.request.body as {
        stream_options?: { include_usage?: unknown } | null;
      };
      return options?.include_usage === true ? [{ ...stream(answer, []), usage: usage(answer) }] : [];
    },

    page: (path) =>
      path === 'GET /v1/models'
        ? { object: 'list', data: [{ id: modelName, object: 'model', created: 1_700_000_000, owned_by: 'library' }] }
        : undefined,
  };
}

function refusal(
  statusCode: number,
  message: string,
  { param = null, code = null }: { readonly param?: string | null; readonly code?: string | null },
): Refusal {
  const type = statusCode >= 500 ? 'server_error' : 'invalid_request_error';
  return { statusCode, body: { error: { message, type, param, code } } };
}

function callId(): string {
  return `call_${randomBytes(12).toString('base64url')}`;
}
