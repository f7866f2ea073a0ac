import type { CaptureLevel } from '@swe-selfplay/trajectory';
import type { Engine } from './model-policy-options.js';

/** What a server can do, found out once when the policy is opened. JSON as it stands. */
export interface ModelCapabilities {
  readonly engine: Engine;
  readonly engineVersion?: string | undefined;
  readonly contextTokens?: number | undefined;
  readonly capture: CaptureLevel;
  /** One line for a person: what is recorded, and where it is not all, what would change that. */
  readonly captureReason: string;
  readonly logprobsMode: 'processed' | 'raw' | null;
  /** Of the tool-call format. */
  readonly format: string;
  readonly formatReason: string;
  /** `server`: a path of the engine; `answers`: only the answers tell; `none`: nobody does. */
  readonly weightVersion: 'caller' | 'server' | 'answers' | 'none';
  readonly notices: readonly string[];
}
