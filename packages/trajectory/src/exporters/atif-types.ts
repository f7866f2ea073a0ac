import type { FunctionTool } from './function-tools.js';

/** Agent Trajectory Interchange Format, version 1.7, as far as trajectories of ours fill it in. */
export interface AtifTrajectory {
  readonly schema_version: 'ATIF-v1.7';
  readonly session_id: string;
  readonly trajectory_id: string;
  readonly agent: {
    readonly name: string;
    readonly version: string;
    readonly model_name?: string;
    readonly tool_definitions?: readonly FunctionTool[];
    readonly extra: Readonly<Record<string, unknown>>;
  };
  readonly steps: readonly AtifStep[];
  readonly final_metrics: {
    /** Sums over the turns whose usage is known; absent where that is none. */
    readonly total_prompt_tokens?: number;
    readonly total_completion_tokens?: number;
    readonly total_cached_tokens?: number;
    readonly total_steps: number;
    readonly extra: Readonly<Record<string, unknown>>;
  };
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface AtifStep {
  /** 1-based, without gaps. */
  readonly step_id: number;
  readonly timestamp?: string;
  readonly source: 'system' | 'user' | 'agent';
  readonly message: string;
  /** Of agent steps only, as are the fields below but `is_copied_context` and `extra`. */
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly AtifToolCall[];
  readonly observation?: { readonly results: readonly AtifResult[] };
  readonly metrics?: AtifMetrics;
  readonly llm_call_count?: number;
  /** The step was not said here: a request repeats it. */
  readonly is_copied_context?: true;
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface AtifToolCall {
  readonly tool_call_id: string;
  readonly function_name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** `raw_arguments`: what the model wrote where that is no JSON object. */
  readonly extra?: { readonly raw_arguments: string };
}

export interface AtifResult {
  /** A call of the same step; absent where the reply names none. */
  readonly source_call_id?: string;
  readonly content: string;
}

export interface AtifMetrics {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly cached_tokens?: number;
  readonly prompt_token_ids?: readonly number[];
  readonly completion_token_ids?: readonly number[];
  readonly logprobs?: readonly number[];
  readonly extra?: Readonly<Record<string, unknown>>;
}
