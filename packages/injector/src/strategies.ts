import { mutation } from './strategies/mutation.js';
import { removal } from './strategies/removal.js';
import type { Strategy } from './strategy.js';

/** The strategies that need no model, by name. */
export const STRATEGIES: Readonly<Record<string, () => Strategy>> = { mutation, removal };
