import { pythonJson } from './python-json.js';

export interface ReadCall {
  readonly name: string;
  readonly arguments: string;
}

/** A call as a parser for Hermes reads it: with arguments in JSON of its own, not of the model. Undefined: not JSON. */
export function readCall(block: string): ReadCall | undefined {
  try {
    const call = JSON.parse(block) as { name?: unknown; arguments?: unknown };
    return typeof call.name === 'string' ? { name: call.name, arguments: pythonJson(call.arguments) } : undefined;
  } catch {
    return undefined;
  }
}

/** As servers do that hand on what the model wrote, also where it is not JSON. */
export function readCallLoosely(block: string): ReadCall | undefined {
  const match = /^\s*\{\s*"name":\s*"([^"]*)",\s*"arguments":\s*(.*?)\s*\}?\s*$/s.exec(block);
  return match === null ? undefined : { name: match[1]!, arguments: match[2]! };
}
