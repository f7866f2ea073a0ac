import {
  createCwmToolSet,
  createNebiusToolSet,
  createPlainToolSet,
  createR2eToolSet,
  createSweAgentToolSet,
  type ToolSet,
} from '@swe-selfplay/adapter';
import { createSkyRlToolSet } from '@swe-selfplay/methods';

/** The tool sets that a command can be asked for. */
export const TOOL_SETS: Readonly<Record<string, () => ToolSet>> = {
  cwm: createCwmToolSet,
  'swe-agent': createSweAgentToolSet,
  nebius: createNebiusToolSet,
  r2e: createR2eToolSet,
  skyrl: createSkyRlToolSet,
  plain: createPlainToolSet,
};
