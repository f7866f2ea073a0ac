import { openSync, readdirSync, readFileSync } from 'node:fs';

type Stdio = number | 'ignore' | 'pipe';

const CLOSE_ON_EXEC = 0o2000000;
const MAX_DESCRIPTOR = 65_536;
let nullDevice: number | undefined;
/** Listed once: Node opens everything close-on-exec, so only what it was started with counts. */
let inherited: readonly number[] | undefined;

/** A descriptor of /dev/null for children, opened once. */
export function nullDescriptor(): number {
  nullDevice ??= openSync('/dev/null', 'r+');
  return nullDevice;
}

/**
 * Child processes get every descriptor that our own parent left open in us, files of the host among them. This puts
 * /dev/null in the place of each that `stdio` does not set anyway.
 */
export function coverInherited(stdio: readonly Stdio[]): Stdio[] {
  const covered: Stdio[] = [...stdio];
  inherited ??= listInherited();
  for (const descriptor of inherited) {
    if (descriptor < stdio.length) continue;
    while (covered.length < descriptor) covered.push('ignore');
    covered[descriptor] = nullDescriptor();
  }
  return covered;
}

/** Descriptors that a child process would get, ascending. Empty where the system does not tell. */
function listInherited(): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
  return names
    .map(Number)
    .filter((descriptor) => descriptor > 2 && descriptor < MAX_DESCRIPTOR && isInherited(descriptor))
    .sort((a, b) => a - b);
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // Closed since: it was the directory we read.
  }
}
