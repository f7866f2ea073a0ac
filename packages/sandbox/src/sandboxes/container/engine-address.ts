import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../../sandbox-error.js';

/** Where an engine listens. */
export interface EngineAddress {
  /** As a person would write it. */
  readonly name: string;
  readonly target: { readonly socketPath: string } | { readonly host: string; readonly port: number };
}

/**
 * The address that `host` names, else DOCKER_HOST, else the first socket of Docker or Podman that exists.
 * Throws SandboxError `isolation-unavailable` where there is none, `invalid-request` for an address of another kind.
 */
export function findEngine(host: string | undefined = process.env.DOCKER_HOST || undefined): EngineAddress {
  if (host !== undefined) return parseAddress(host);
  const found = usualSockets().find((path) => existsSync(path));
  if (found !== undefined) return { name: `unix://${found}`, target: { socketPath: found } };
  throw new SandboxError(
    'isolation-unavailable',
    `No container engine found: DOCKER_HOST is not set and none of these exist: ${usualSockets().join(', ')}. ` +
      'Start Docker, or `podman system service`, or name its socket.',
  );
}

function usualSockets(): string[] {
  const runtime = process.env.XDG_RUNTIME_DIR;
  const own = runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman/podman.sock')] : [];
  return ['/var/run/docker.sock', ...own, '/run/podman/podman.sock'];
}

function parseAddress(host: string): EngineAddress {
  if (host.startsWith('/')) return { name: `unix://${host}`, target: { socketPath: host } };
  const unix = /^unix:\/\/(\/.+)$/.exec(host);
  if (unix !== null) return { name: host, target: { socketPath: unix[1]! } };
  const tcp = /^(?:tcp|http):\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(host);
  if (tcp !== null) {
    return { name: host, target: { host: tcp[1]!.replace(/^\[|\]$/g, ''), port: Number(tcp[2]) } };
  }
  throw new SandboxError(
    'invalid-request',
    `Expected the address of a container engine like unix:///var/run/docker.sock or tcp://127.0.0.1:2375, got ${JSON.stringify(host)}.`,
  );
}
