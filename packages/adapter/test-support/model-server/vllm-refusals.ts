import type { ChatRequest } from './chat-request.js';
import type { Refusal, ServerSettings } from './engine.js';
import { vllmOverflow } from './overflow.js';

/** Why vLLM 0.32 does not answer; undefined: it does. */
export function refuse(request: ChatRequest, settings: ServerSettings): Refusal | undefined {
  const { body, temperature, topLogprobs, maxTokens, tools } = request;
  if (body.model !== undefined && body.model !== settings.modelName)
    return refusal(
      404,
      'NotFoundError',
      `The model \`${body.model}\` does not exist. Valid aliases: ${settings.modelName}.`,
      'model',
    );
  if (tools.length > 0 && [undefined, null, 'auto'].includes(body.tool_choice as null) && !settings.hasToolParser)
    return refusal(
      400,
      'BadRequestError',
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    );
  if (request.messages.length === 0)
    return refusal(
      400,
      'BadRequestError',
      'Cannot apply chat template to an empty conversation. Provide at least one message.',
    );
  if (maxTokens !== undefined && maxTokens < 1) {
    const message = `max_tokens must be at least 1, got ${maxTokens}.`;
    return refusal(400, 'BadRequestError', message, 'max_tokens', maxTokens);
  }
  if (temperature < 0) {
    const shown = Number.isInteger(temperature) ? temperature.toFixed(1) : `${temperature}`;
    return refusal(400, 'BadRequestError', `temperature must be non-negative, got ${shown}.`, 'temperature', shown);
  }
  if (topLogprobs > 20) {
    const message = `Requested sample logprobs of ${topLogprobs}, which is greater than max allowed: 20`;
    return refusal(400, 'BadRequestError', message, 'logprobs', topLogprobs);
  }
  const overflow = vllmOverflow(request, settings);
  if (overflow === undefined) return undefined;
  const { message, param, value } = overflow;
  if (settings.overflowText !== 'old') return refusal(400, 'BadRequestError', message, param, value);
  return { statusCode: 400, body: { object: 'error', message, type: 'BadRequestError', param, code: 400 } };
}

export function badBody(body: unknown): Refusal {
  if (typeof body !== 'object' || body === null) {
    const message = "1 validation error:\n  {'type': 'json_invalid', 'loc': 'body.0', 'msg': 'JSON decode error'}";
    return refusal(400, 'Bad Request', message, 'body.0');
  }
  const { messages } = body as { messages?: unknown };
  const fault =
    messages === undefined
      ? `'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required'`
      : `'type': 'list_type', 'loc': 'body.messages', 'msg': 'Input should be a valid list', 'input': '${messages}'`;
  return refusal(400, 'Bad Request', `1 validation error:\n  {${fault}}`, 'body.messages');
}

export function refusal(
  statusCode: number,
  type: string,
  text: string,
  param: string | null = null,
  value?: number | string,
): Refusal {
  const message = value === undefined ? text : `${text} (parameter=${param}, value=${value})`;
  return { statusCode, body: { error: { message, type, param, code: statusCode } } };
}

export function errorType(statusCode: number): string {
  return statusCode >= 500 ? 'InternalServerError' : 'BadRequestError';
}
