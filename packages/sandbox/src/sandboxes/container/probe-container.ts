import { DEFAULT_LIMITS, type SandboxProvider } from '../../sandbox.js';
import { SandboxError } from '../../sandbox-error.js';
import { PROBE_SCRIPT } from './container-scripts.js';

const MEBIBYTE = 1024 ** 2;
const LIMITS = { ...DEFAULT_LIMITS, memoryBytes: 256 * MEBIBYTE, maxProcesses: 64, diskBytes: 16 * MEBIBYTE };
const PROBED_PROCESSES = 64 + 32;

/**
 * Looks from within a workspace whether every bound is in force. Throws SandboxError `isolation-unavailable`, naming those
 * that are not: an engine may take a limit and not keep it. Returns whether commands can make user namespaces.
 */
export async function probeContainer(open: SandboxProvider['open'], workdir: string): Promise<boolean> {
  const sandbox = await open({ base: undefined, changes: new Map(), limits: LIMITS });
  try {
    const result = await sandbox.run({ argv: ['sh', '-c', PROBE_SCRIPT, 'sh', workdir] });
    const found = Buffer.from(result.stdout).toString();
    const missing = findMissing(found, workdir);
    if (missing.length === 0) return /^namespaces: yes$/m.test(found);
    throw new SandboxError(
      'isolation-unavailable',
      `The container engine does not isolate as it was told to; not in force: ${missing.join('; ')}.`,
    );
  } finally {
    await sandbox.close();
  }
}

/** What is not in force, from what the probe printed. */
export function findMissing(printed: string, workdir: string): string[] {
  const lines = new Map(
    printed
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const isSized = (place: string) =>
    /^tmpfs \S*nosuid/.test(lines.get(`mount ${place}`) ?? '') && /size=16384k/.test(lines.get(`mount ${place}`) ?? '');
  const expected: [string, boolean][] = [
    [
      'capabilities dropped',
      ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].every((name) => /^0+$/.test(lines.get(name) ?? '')),
    ],
    ['no new privileges', lines.get('NoNewPrivs') === '1'],
    ['system call filter (seccomp)', lines.get('Seccomp') === '2'],
    ['an ordinary user', Number(lines.get('user') ?? 0) > 0],
    ['bound on memory', Number(lines.get('memory') ?? Number.NaN) <= LIMITS.memoryBytes],
    ['bound on processes', Number(lines.get('pids') ?? Number.NaN) <= PROBED_PROCESSES],
    ['bound on open files', Number(lines.get('files') ?? Number.NaN) <= LIMITS.maxOpenFiles],
    ['no network', ['', 'lo'].includes(lines.get('devices') ?? 'unknown')],
    ['read-only system', /^\S+ (\S+,)?ro(,|$)/.test(lines.get('mount /') ?? '')],
    ['bound on disk', [workdir, '/tmp'].every(isSized)],
  ];
  return expected.filter(([, isInForce]) => !isInForce).map(([name]) => name);
}
