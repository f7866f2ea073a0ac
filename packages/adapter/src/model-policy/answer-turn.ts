import type { ChatMessage } from '@swe-selfplay/trajectory';
import { type Conversation, type ToolCall, turnOf } from '../conversation.js';
import type { ContextOverflow, RespondOptions, Turn } from '../policy.js';
import type { ToolCallFormat } from '../tool-format.js';
import { askServer, type Reply, refusal } from './ask-server.js';
import { readAnsweredVersion, readMessage, readUsage, readWeightSpans, spokenText } from './chat-completion.js';
import { shorterReply } from './context-overflow.js';
import type { ContextRoom } from './context-room.js';
import type { Engine } from './model-policy-options.js';
import type { ModelServer } from './model-server.js';
import { type Dialect, requestBody, samplingFields, seedOfTurn } from './request-body.js';
import type { Settings } from './settings.js';
import { readTokenData } from './token-data.js';
import type { UsageTotals } from './usage-totals.js';
import type { WeightVersions } from './weight-versions.js';
import { hasReasoningApart, renderConversation } from './wire-messages.js';

/** An opened policy: what was found out about its server and what it counts. */
export interface ModelConnection {
  readonly server: ModelServer;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly dialect: Dialect;
  readonly format: ToolCallFormat;
  readonly weights: WeightVersions;
  readonly room: ContextRoom;
  readonly totals: UsageTotals;
  /** The caller's context is shorter than the server's, so that only we hold replies to it. */
  readonly boundsReplies: boolean;
  /** Answers are expected to hold token data; one that does not is told. */
  readonly expectsTokens: boolean;
}

/** Asks for the next turn of a conversation. Throws PolicyError, and the reason of the signal when that is aborted. */
export async function answerTurn(
  connection: ModelConnection,
  conversation: Conversation,
  { signal, rolloutId, onRetry }: RespondOptions,
): Promise<Turn | ContextOverflow> {
  const { server, settings, engine, dialect, format, weights, room, totals } = connection;
  const messages = renderConversation(format, conversation);
  const turn = turnOf(conversation);
  const left = room.leftFor(rolloutId, conversation.messages);
  if (left !== undefined && left < 1) return overflow('the answer before this one filled the context');
  const { maxTokens: asked } = settings.sampling;
  const seed = seedOfTurn(settings.sampling.seed, rolloutId, turn);
  const requested = samplingFields(settings, dialect, { maxTokens: asked, seed: settings.sampling.seed });
  const bound = asked !== undefined || connection.boundsReplies ? left : undefined;
  let maxTokens = asked === undefined || bound === undefined ? (asked ?? bound) : Math.min(asked, bound);
  let retries = 0;
  for (;;) {
    const sampling = samplingFields(settings, dialect, { maxTokens, seed });
    const tools = format.isNative ? conversation.tools : undefined;
    const reply = await askServer(server, settings, totals, {
      body: requestBody(settings, dialect, { messages, tools, sampling }),
      engine,
      rolloutId,
      signal,
      timeoutMs: settings.requestTimeoutMs,
      readVersion: weights.read,
      onRetry,
    });
    if (reply.status === 'refused') throw refusal(server.host, reply);
    if (reply.status === 'answered') {
      const sampled = { requested, effective: sampling, retries: retries + reply.retries };
      return readTurn(connection, conversation, { messages, turn, rolloutId, reply, sampled });
    }
    retries += reply.retries;
    maxTokens = shorterReply(maxTokens, reply.reason);
    if (maxTokens === undefined) return overflow(reply.reason);
  }
}

function overflow(reason: string): ContextOverflow {
  return { status: 'context-overflow', reason };
}

interface Answered {
  readonly messages: readonly ChatMessage[];
  readonly turn: number;
  readonly rolloutId: string;
  readonly reply: Extract<Reply, { readonly status: 'answered' }>;
  readonly sampled: {
    readonly requested: Readonly<Record<string, unknown>>;
    readonly effective: Readonly<Record<string, unknown>>;
    readonly retries: number;
  };
}

function readTurn(connection: ModelConnection, conversation: Conversation, answered: Answered): Turn {
  const { settings, format, room, weights } = connection;
  const { messages, turn, rolloutId, reply, sampled } = answered;
  const { completion } = reply;
  const choice = completion.choices[0]!;
  const response = readMessage(choice.message, turn);
  const usage = readUsage(completion);
  const isForgotten = hasReasoningApart(response) && settings.resendReasoning.length === 0;
  room.note(rolloutId, conversation.messages, usage, isForgotten);
  const tokens = readTokenData(completion);
  if (connection.expectsTokens && tokens.logprobs === null)
    settings.onNotice({
      rolloutId,
      text: `Turn ${turn} has no log-probabilities: ${tokens.fault ?? 'the server returned none'}.`,
    });
  if (isThoughtOnly(response) && choice.finish_reason === 'stop')
    settings.onNotice({
      rolloutId,
      text:
        `Turn ${turn} said nothing beside its reasoning, in which no call is looked for. Where that is what most turns ` +
        'do, the reasoning parser of the server does not fit the model.',
    });
  const parsed = format.parse(
    {
      text: spokenText(choice.message),
      toolCalls: response.tool_calls ?? [],
      isTruncated: choice.finish_reason === 'length',
    },
    conversation.tools,
  );
  const spans = readWeightSpans(completion);
  // What made the answer knows better than what was served around it; a caller was asked to know.
  const told = weights.source === 'caller' ? null : readAnsweredVersion(completion);
  return {
    text: parsed.text,
    toolCalls: format.isNative ? parsed.toolCalls : parsed.toolCalls.map((call) => ownId(call, turn)),
    ...(parsed.malformed && { malformed: parsed.malformed }),
    sample: {
      messages,
      record: {
        request_id: completion.id ?? reply.requestId,
        response,
        finish_reason: choice.finish_reason ?? null,
        stop_reason: choice.stop_reason ?? choice.matched_stop ?? null,
        prompt_token_ids: tokens.promptIds,
        completion_token_ids: tokens.completionIds,
        completion_logprobs: tokens.logprobs,
        weight_version_start: reply.versionStart ?? spans?.[0]?.version ?? null,
        weight_version_end: told ?? reply.versionEnd,
        ...(spans && { weight_spans: spans }),
        sampling_requested: sampled.requested,
        sampling_effective: sampled.effective,
        usage,
        t_start: reply.start.toISOString(),
        t_end: reply.end.toISOString(),
        retries: sampled.retries,
      },
    },
  };
}

/** Some reasoning parsers take an answer without a tag for reasoning, calls in it included. */
function isThoughtOnly({ content, tool_calls: calls, reasoning }: ChatMessage): boolean {
  return Boolean(reasoning) && !content?.trim() && !calls?.length;
}

/** Formats number the calls of a reply; the ids are to be unique in the conversation. */
function ownId(call: ToolCall, turn: number): ToolCall {
  return { ...call, id: `turn-${turn}-${call.id}` };
}
