import { createCwmToolSet, createPlainToolSet, type ToolSet } from '@swe-selfplay/adapter';

/** The tool sets that a command can be asked for. */
export const TOOL_SETS: Readonly<Record<string, () => ToolSet>> = { cwm: createCwmToolSet, plain: createPlainToolSet };
