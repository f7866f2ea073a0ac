import { type Sandbox, SandboxError } from '@swe-selfplay/sandbox';
import type { Conversation, Message, ToolCall, ToolDescription } from './conversation.js';
import type { ContextOverflow, Policy, Turn } from './policy.js';
import { createRolloutRecord, type RolloutRecord } from './rollout-record.js';
import { type AnyTool, describeTool, type ToolOutcome, useTool } from './tool.js';
import type { Budget, RoleTools, ToolSet } from './tool-set.js';
import type { RolloutEnd, Trajectory } from './trajectory.js';

export interface RolloutRequest {
  /** Names the rollout in records and to the policy's server. */
  readonly id: string;
  readonly policy: Policy;
  readonly sandbox: Sandbox;
  readonly toolSet: ToolSet;
  readonly role: RoleTools;
  /** What the conversation starts with. */
  readonly prompt: readonly Message[];
  /** Default 128. */
  readonly maxTurns?: number | undefined;
  /** Wall time of the whole rollout. Default 40 minutes. */
  readonly timeoutMs?: number | undefined;
  /** Replies in a row without a readable call that are answered; one more ends the rollout. Default 3; 0 is strict. */
  readonly maxFormatErrors?: number | undefined;
  /** Bound on the tokens of the conversation, for policies that do not know theirs. */
  readonly contextTokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Tells the time; default: the system's. */
  readonly now?: (() => Date) | undefined;
}

interface Rollout {
  readonly request: RolloutRequest;
  readonly tools: readonly AnyTool[];
  readonly descriptions: readonly ToolDescription[];
  readonly messages: Message[];
  readonly record: RolloutRecord;
  readonly signal: AbortSignal;
  readonly maxTurns: number;
  readonly maxFormatErrors: number;
  readonly now: () => Date;
  submission: Extract<RolloutEnd, { readonly status: 'submitted' }> | undefined;
  /** Why the policy asks its server again, while it does. */
  trouble: string | undefined;
  formatErrors: number;
  formatErrorsInRow: number;
}

/** Plays one conversation between a policy and its tools to its end. Every end is data, see RolloutEnd. */
export async function runRollout(request: RolloutRequest): Promise<Trajectory> {
  const startedAt = performance.now();
  const timeoutMs = request.timeoutMs ?? 2_400_000;
  const deadline = AbortSignal.timeout(timeoutMs);
  const tools = request.toolSet.createTools(request.role);
  const rollout: Rollout = {
    request,
    tools,
    descriptions: tools.map(describeTool),
    messages: [...request.prompt],
    record: createRolloutRecord(),
    signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
    maxTurns: request.maxTurns ?? 128,
    maxFormatErrors: request.maxFormatErrors ?? 3,
    now: request.now ?? (() => new Date()),
    submission: undefined,
    trouble: undefined,
    formatErrors: 0,
    formatErrorsInRow: 0,
  };
  let end: RolloutEnd | undefined;
  try {
    while (end === undefined) {
      end = await step(rollout);
      if (end?.status === 'submitted') break;
      if (request.signal?.aborted) end = { status: 'cancelled' };
      else if (deadline.aborted) end = timedOut(rollout, timeoutMs);
    }
  } finally {
    await Promise.all(tools.map((tool) => tool.close?.()));
  }
  const { messages, record, descriptions, formatErrors } = rollout;
  return {
    id: request.id,
    policy: request.policy.name,
    description: request.policy.description,
    toolSet: request.toolSet.name,
    tools: descriptions,
    messages,
    turns: record.turns,
    messagesTail: record.tailOf(messages),
    toolEvents: record.toolEvents,
    formatErrors,
    end,
    durationMs: performance.now() - startedAt,
  };
}

/** A conversation became too long; one that was so before the policy said a word is not its doing. */
function overflowed({ record }: Rollout, { reason }: ContextOverflow): RolloutEnd {
  if (record.turns.length > 0) return { status: 'context-overflow', reason };
  return { status: 'policy-failed', reason: `The prompt does not fit into the model's context: ${reason}` };
}

/** Out of time: the policy's end, unless its server was failing. */
function timedOut({ trouble }: Rollout, timeoutMs: number): RolloutEnd {
  if (trouble === undefined) return { status: 'timed-out', timeoutMs };
  return { status: 'policy-failed', reason: `Its server still failed after ${timeoutMs / 1000} s: ${trouble}` };
}

/** One turn of the policy and what it asks for; undefined where the conversation goes on. */
async function step(rollout: Rollout): Promise<RolloutEnd | undefined> {
  const { messages, record, maxTurns } = rollout;
  if (record.turns.length >= maxTurns) return { status: 'turn-limit', maxTurns };
  const start = rollout.now();
  let turn: Turn | ContextOverflow;
  try {
    turn = await query(rollout);
  } catch (error) {
    return { status: 'policy-failed', reason: messageOf(error) };
  }
  if (turn.status === 'context-overflow') return overflowed(rollout, turn);
  rollout.trouble = undefined;
  record.addTurn(messages, turn, { start, end: rollout.now() });
  const raw = turn.sample?.record.response;
  messages.push({ role: 'assistant', text: turn.text, toolCalls: turn.toolCalls, ...(raw && { raw }) });
  if (turn.toolCalls.length === 0) return answerWithoutCall(rollout, turn);
  try {
    return await execute(rollout, turn.toolCalls);
  } catch (error) {
    if (error instanceof SandboxError) return { status: 'sandbox-failed', reason: error.message };
    throw error;
  }
}

/** Asks the policy; does not outwait the rollout, even where the policy ignores its signal. */
async function query(rollout: Rollout): Promise<Turn | ContextOverflow> {
  const { request, messages, descriptions, signal } = rollout;
  signal.throwIfAborted();
  const conversation: Conversation = { messages: [...messages], tools: descriptions };
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const onRetry = (reason: string) => {
      rollout.trouble = reason;
    };
    return await Promise.race([
      request.policy.respond(conversation, { signal, rolloutId: request.id, onRetry }),
      aborted,
    ]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A turn without a call: the end, or a reply that could not be read and is answered with what was wrong. */
function answerWithoutCall(rollout: Rollout, { text, malformed }: Turn): RolloutEnd | undefined {
  if (malformed === undefined || malformed.kind === 'no-call') {
    if (rollout.submission !== undefined) return rollout.submission;
    if (malformed === undefined) return { status: 'gave-up', reason: text || 'The policy stopped.' };
  }
  rollout.formatErrors += 1;
  rollout.formatErrorsInRow += 1;
  if (rollout.formatErrorsInRow > rollout.maxFormatErrors) return { status: 'format-errors', reason: malformed.text };
  rollout.messages.push({ role: 'user', text: formatReply(rollout, malformed.text) });
  return undefined;
}

/** Executes the calls of one turn in order, up to a submission that ends the rollout. */
async function execute(rollout: Rollout, calls: readonly ToolCall[]): Promise<RolloutEnd | undefined> {
  let isReadable = false;
  let problem = '';
  for (const call of calls) {
    if (rollout.signal.aborted) return undefined;
    const startedAt = performance.now();
    const outcome = await executeCall(rollout, call);
    const ms = Math.round(performance.now() - startedAt);
    rollout.record.addToolEvent({ call_id: call.id, tool: call.tool, status: outcome.status, ms });
    const text = formatReply(rollout, outcome.text);
    rollout.messages.push({ role: 'tool', callId: call.id, tool: call.tool, text });
    if (outcome.status === 'submitted') {
      rollout.submission = { status: 'submitted', paths: outcome.paths };
      if (rollout.request.toolSet.endsWith === 'submission') return rollout.submission;
    }
    if (outcome.status === 'refused') {
      rollout.formatErrors += 1;
      problem = outcome.text;
    } else {
      isReadable = true;
    }
  }
  rollout.formatErrorsInRow = isReadable ? 0 : rollout.formatErrorsInRow + 1;
  if (rollout.formatErrorsInRow > rollout.maxFormatErrors) return { status: 'format-errors', reason: problem };
  return undefined;
}

async function executeCall({ request, tools, signal }: Rollout, call: ToolCall): Promise<ToolOutcome> {
  if (call.problem !== undefined) return { status: 'refused', text: call.problem };
  const tool = tools.find(({ name }) => name === call.tool);
  if (tool === undefined) {
    const names = tools.map(({ name }) => name).join(', ');
    return { status: 'refused', text: `There is no tool ${JSON.stringify(call.tool)}. The tools are: ${names}.` };
  }
  try {
    return await useTool(tool, call.input, { sandbox: request.sandbox, signal });
  } catch (error) {
    // What the policy asked for was impossible; the sandbox itself is sound.
    if (error instanceof SandboxError && (error.code === 'invalid-request' || error.code === 'file-not-found'))
      return { status: 'replied', text: error.message };
    throw error;
  }
}

function formatReply({ request, record, maxTurns }: Rollout, said: string): string {
  // Half a surrogate pair is no text: a server that encodes it fails, and that would not be the policy's fault.
  const text = said.replace(/\p{Surrogate}/gu, '\ufffd');
  if (request.toolSet.formatReply === undefined) return text;
  const contextTokens = request.policy.description?.contextTokens ?? request.contextTokens;
  const usage = record.turns.at(-1)?.usage;
  const used = usage ? usage.prompt_tokens + usage.completion_tokens : undefined;
  const remainingTokens =
    contextTokens === undefined || used === undefined ? undefined : Math.max(0, contextTokens - used);
  const budget: Budget = { remainingTurns: maxTurns - record.turns.length, remainingTokens };
  return request.toolSet.formatReply(text, budget);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
