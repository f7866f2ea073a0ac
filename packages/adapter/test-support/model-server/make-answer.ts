import type { ChatRequest } from './chat-request.js';
import type { Answer, ServerSettings, WeightSpan } from './engine.js';
import { generate } from './generate.js';
import type { Fault, ScriptedReply } from './model-server-options.js';
import type { PrefixCache } from './prefix-cache.js';
import { splitReply } from './split-reply.js';
import { chancesOf } from './toy-logprobs.js';

export interface AnswerParts {
  readonly id: string;
  readonly settings: ServerSettings;
  readonly cache: PrefixCache;
  readonly fault: Fault | undefined;
  /** The version of the weights when the request came. */
  readonly firstWeights: string;
}

/** What the model said, cut at the limits, counted and read back. */
export function makeAnswer(
  reply: ScriptedReply,
  request: ChatRequest,
  { id, settings, cache, fault, firstWeights }: AnswerParts,
): Answer {
  const { body, promptIds, maxTokens } = request;
  const room = settings.contextTokens - promptIds.length;
  const generation = generate(reply, {
    maxTokens: Math.min(maxTokens ?? room, room),
    stop: request.stop,
    keepsStop: body.include_stop_str_in_output === true,
    keepsSpecial: body.skip_special_tokens === false,
  });
  const text = generation.shown.join('');
  const cachedTokens = cache.cachedTokens(promptIds);
  cache.keep([...promptIds, ...generation.tokenIds]);
  const wantsLogprobs = request.wantsLogprobs && settings.engine !== 'plain' && fault !== 'no-logprobs';
  const isScaled = settings.logprobsMode === 'processed' && request.temperature > 0;
  const logprobs = wantsLogprobs
    ? chancesOf(promptIds, generation.tokenIds, {
        temperature: isScaled ? request.temperature : 1,
        top: request.topLogprobs,
      })
    : undefined;
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    request: fault === 'no-token-ids' ? withoutCapture(request) : request,
    generation,
    reply: splitReply(text, {
      reasoning: settings.reasoningParser,
      tools: settings.hasToolParser && request.tools.length > 0 && body.tool_choice !== 'none',
    }),
    logprobs: fault === 'misaligned' ? logprobs?.slice(0, -1) : logprobs,
    cachedTokens,
    weightVersions: weightSpans(firstWeights, settings.weightVersion?.() ?? 'default', generation.tokenIds.length),
  };
}

function weightSpans(first: string, last: string, tokens: number): WeightSpan[] {
  if (first === last) return [{ version: last, start: 0, end: tokens }];
  const change = Math.floor(tokens / 2);
  return [
    { version: first, start: 0, end: change },
    { version: last, start: change, end: tokens },
  ];
}

function withoutCapture(request: ChatRequest): ChatRequest {
  return {
    ...request,
    body: Object.fromEntries(Object.entries(request.body).filter(([field]) => !/^return_.*(ids|info)$/.test(field))),
  };
}
