import { type Sandbox, SandboxError } from '@swe-selfplay/sandbox';
import type { Conversation, Message, ToolCall, ToolDescription } from './conversation.js';
import type { Policy, Turn } from './policy.js';
import { describeTool, type Tool, type ToolOutcome, useTool } from './tool.js';
import { type RolloutEnd, TRAJECTORY_FORMAT_VERSION, type Trajectory } from './trajectory.js';

export interface RolloutRequest {
  readonly policy: Policy;
  readonly sandbox: Sandbox;
  // biome-ignore lint/suspicious/noExplicitAny: tools of different inputs stand in one list; each checks its own.
  readonly tools: readonly Tool<any>[];
  /** What the conversation starts with. */
  readonly prompt: readonly Message[];
  /** Default 60. */
  readonly maxTurns?: number | undefined;
  /** Wall time of the whole rollout. Default one hour. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Rollout {
  readonly request: RolloutRequest;
  readonly messages: Message[];
  readonly descriptions: readonly ToolDescription[];
  readonly maxTurns: number;
  readonly signal: AbortSignal;
  turns: number;
}

/** Plays one conversation between a policy and its tools to its end. Every end is data, see RolloutEnd. */
export async function runRollout(request: RolloutRequest): Promise<Trajectory> {
  const startedAt = performance.now();
  const timeoutMs = request.timeoutMs ?? 3_600_000;
  const deadline = AbortSignal.timeout(timeoutMs);
  const rollout: Rollout = {
    request,
    messages: [...request.prompt],
    descriptions: request.tools.map(describeTool),
    maxTurns: request.maxTurns ?? 60,
    signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
    turns: 0,
  };

  let end: RolloutEnd | undefined;
  while (end === undefined) {
    end = await step(rollout);
    if (end?.status === 'submitted') break;
    if (request.signal?.aborted) end = { status: 'cancelled' };
    else if (deadline.aborted) end = { status: 'timed-out', timeoutMs };
  }

  return {
    formatVersion: TRAJECTORY_FORMAT_VERSION,
    policy: request.policy.name,
    messages: rollout.messages,
    turns: rollout.turns,
    end,
    durationMs: performance.now() - startedAt,
  };
}

/** One turn of the policy and what it asks for; undefined where the conversation goes on. */
async function step(rollout: Rollout): Promise<RolloutEnd | undefined> {
  if (rollout.turns >= rollout.maxTurns) return { status: 'turn-limit', maxTurns: rollout.maxTurns };
  let turn: Turn;
  try {
    turn = await query(rollout);
  } catch (error) {
    return { status: 'policy-failed', reason: messageOf(error) };
  }
  rollout.turns += 1;
  rollout.messages.push({ role: 'assistant', text: turn.text, toolCalls: turn.toolCalls });
  if (turn.toolCalls.length === 0) return { status: 'gave-up', reason: turn.text || 'The policy stopped.' };
  try {
    return await execute(rollout, turn.toolCalls);
  } catch (error) {
    if (error instanceof SandboxError) return { status: 'sandbox-failed', reason: error.message };
    throw error;
  }
}

/** Asks the policy; does not outwait the rollout, even where the policy ignores its signal. */
async function query({ request, messages, descriptions, signal }: Rollout): Promise<Turn> {
  signal.throwIfAborted();
  const conversation: Conversation = { messages: [...messages], tools: descriptions };
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([request.policy.respond(conversation, { signal }), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Executes the calls of one turn in order, up to a submission. */
async function execute(rollout: Rollout, calls: readonly ToolCall[]): Promise<RolloutEnd | undefined> {
  for (const call of calls) {
    if (rollout.signal.aborted) return undefined;
    const outcome = await executeCall(rollout, call);
    rollout.messages.push({ role: 'tool', callId: call.id, text: outcome.text });
    if (outcome.status === 'submitted') return { status: 'submitted', path: outcome.path };
  }
  return undefined;
}

async function executeCall({ request, signal }: Rollout, call: ToolCall): Promise<ToolOutcome> {
  const tool = request.tools.find(({ name }) => name === call.tool);
  if (tool === undefined) {
    const names = request.tools.map(({ name }) => name).join(', ');
    return { status: 'replied', text: `There is no tool ${JSON.stringify(call.tool)}. The tools are: ${names}.` };
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
