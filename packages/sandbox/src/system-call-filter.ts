import { spawnSync } from 'node:child_process';

/** How to keep commands from parts of the kernel that no namespace separates. */
export interface SystemCallFilter {
  /** Put before a command: sets the filter, which all that the command starts inherits, and says so on descriptor 3. */
  readonly argv: readonly string[];
}

/** What differs between processors; from the kernel's tables of system calls. */
interface Architecture {
  readonly audit: number;
  readonly seccomp: number;
  readonly socket: number;
  readonly ioctl: number;
  /** add_key, request_key, keyctl, userfaultfd; io_uring has the same numbers everywhere. */
  readonly missing: readonly number[];
  /** bpf, perf_event_open. */
  readonly refused: readonly number[];
  /** The second table of numbers of this processor starts here. */
  readonly foreignFrom?: number;
}

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    seccomp: 317,
    socket: 41,
    ioctl: 16,
    missing: [248, 249, 250, 323],
    refused: [321, 298],
    foreignFrom: 0x40000000,
  },
  arm64: {
    audit: 0xc00000b7,
    seccomp: 277,
    socket: 198,
    ioctl: 29,
    missing: [217, 218, 219, 282],
    refused: [280, 241],
  },
};

const IO_URING = [425, 426, 427];
/** Local, IPv4, IPv6, netlink. Others (to the host of a virtual machine, kernel cryptography, buses) know no namespaces. */
const SOCKET_FAMILIES = [1, 2, 10, 16];
/** Typing into a terminal: TIOCSTI, TIOCLINUX. */
const TYPING = [0x5412, 0x541c];

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const ALLOW = 0x7fff0000;
const PROBE_TIMEOUT_MS = 10_000;

/**
 * 1: number of seccomp, 2: filter in hexadecimal, 3...: the command. Mode 1 sets a filter, flag 4 spares the command what
 * older kernels do against speculation. Perl, since it makes system calls without a module and starts as fast as a shell.
 */
const SET_FILTER = `
my ($seccomp, $filter, @command) = @ARGV;
my $code = pack 'H*', $filter;
my $program = pack 'S x6 P', length($code) / 8, $code;
syscall(0 + $seccomp, 1, 4, $program) == 0 or syscall(0 + $seccomp, 1, 0, $program) == 0 or die "no filter: $!";
open(my $status, '>&=', 3) or die "no status: $!";
syswrite $status, '.';
close $status;
exec { $command[0] } @command or exit 126;
`;

/** The filter for this host, undefined where it has no perl, or its kernel or processor does not allow one. */
export function findSystemCallFilter(env: Readonly<Record<string, string>>): SystemCallFilter | undefined {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) return undefined;
  const filter = formatFilter(architecture);
  const argv = ['perl', '-e', SET_FILTER, String(architecture.seccomp), filter];
  const probe = spawnSync('setpriv', ['--no-new-privs', ...argv, 'perl', '-e', 'exit(syscall(425, 0, 0) != -1)'], {
    env,
    timeout: PROBE_TIMEOUT_MS,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return probe.status === 0 ? { argv } : undefined;
}

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** Classic BPF over `struct seccomp_data`: number at 0, architecture at 4, low halves of the arguments at 16, 24. */
function formatFilter(architecture: Architecture): string {
  const load = (offset: number): Instruction => [0x20, 0, 0, offset];
  const end = (value: number): Instruction => [0x06, 0, 0, value];
  const fail = (error: number): Instruction => end(0x50000 | error);
  const unless = (value: number, ...then: Instruction[]): Instruction[] => [[0x15, then.length, 0, value], ...then];
  const when = (value: number, ...then: Instruction[]): Instruction[] => [[0x15, 0, then.length, value], ...then];
  const program: Instruction[] = [
    load(4),
    ...unless(architecture.audit, fail(ENOSYS)),
    load(0),
    ...(architecture.foreignFrom === undefined
      ? []
      : ([[0x35, 0, 1, architecture.foreignFrom], fail(ENOSYS)] satisfies Instruction[])),
    ...[...architecture.missing, ...IO_URING].flatMap((number) => when(number, fail(ENOSYS))),
    ...architecture.refused.flatMap((number) => when(number, fail(EPERM))),
    ...when(
      architecture.socket,
      load(16),
      ...SOCKET_FAMILIES.flatMap((family) => when(family, end(ALLOW))),
      fail(EAFNOSUPPORT),
    ),
    ...when(architecture.ioctl, load(24), ...TYPING.flatMap((request) => when(request, fail(EPERM))), end(ALLOW)),
    end(ALLOW),
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  }
  return bytes.toString('hex');
}
