import { UsageError } from './exit-code.js';
import { DEFAULT_API_KEY_ENV, type PolicyFlags, type Role } from './policy-options.js';

/** The server that plays a role. */
export interface RoleServer {
  readonly url: string;
  readonly model: string;
  /** Environment variable of its API key. */
  readonly apiKeyEnv: string;
  readonly apiKey: string | undefined;
}

/** The server that the options name for a role; undefined: none does. Throws UsageError for half a server. */
export function serverOf(flags: PolicyFlags, role: Role): RoleServer | undefined {
  const own =
    role === 'injector'
      ? { url: flags.injectorPolicy, model: flags.injectorModel, apiKeyEnv: flags.injectorApiKeyEnv }
      : { url: flags.solverPolicy, model: flags.solverModel, apiKeyEnv: flags.solverApiKeyEnv };
  const url = own.url ?? flags.policy;
  const model = own.model ?? flags.model;
  const option = own.url === undefined ? '--policy' : `--${role}-policy`;
  if (url === undefined) {
    if (own.model === undefined) return undefined;
    throw new UsageError(`Expected --${role}-policy, or --policy, to name the server of ${own.model}.`);
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // The address stays out of the messages: it may hold a session or a password.
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw new UsageError(`Expected ${option} to be an address that begins with http:// or https:// ${EXAMPLE}.`);
  const apiKeyEnv = own.apiKeyEnv ?? flags.apiKeyEnv;
  const keyName = apiKeyEnv ?? DEFAULT_API_KEY_ENV;
  if (parsed.username !== '' || parsed.password !== '')
    throw new UsageError(`Expected ${option} without user and password; a key belongs in the variable ${keyName}.`);
  if (model === undefined)
    throw new UsageError(`Expected --model, the name of the model that ${parsed.host} is asked for, with ${option}.`);
  const apiKey = process.env[keyName]?.trim() || undefined;
  if (apiKeyEnv !== undefined && apiKey === undefined)
    throw new UsageError(`Expected the environment variable ${apiKeyEnv} to hold an API key; it is empty or not set.`);
  return { url, model, apiKeyEnv: keyName, apiKey };
}

const EXAMPLE = 'and mostly ends in /v1, such as http://localhost:8000/v1';
