import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SandboxProvider, withSandbox } from '../sandbox.js';
import { type ConformanceCase, describe, EXAMPLE_TREE, inWorkspace, isolated, textOf } from './conformance-case.js';

const MEBIBYTE = 1024 ** 2;

/** Prints the names of the attempts that were not refused. */
const ATTEMPT = `
import ctypes, fcntl, os, platform, resource, signal, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
  if getattr(libc, name)(*arguments) == -1: raise OSError(ctypes.get_errno(), name)
def system_call(number, *arguments):
  if libc.syscall(ctypes.c_long(number), *arguments) == -1: raise OSError(ctypes.get_errno(), str(number))
def write(path, text):
  descriptor = os.open(path, os.O_WRONLY)
  os.write(descriptor, text)
def raise_limit(kind):
  hard = resource.getrlimit(kind)[1]
  if hard == resource.RLIM_INFINITY: return
  resource.setrlimit(kind, (hard + 1, hard + 1))
def read_symbols():
  if any(int(line.split()[0], 16) for line in open('/proc/kallsyms')): return
  raise OSError('all addresses are zero')
def attempt(**attempts):
  for name, action in attempts.items():
    try: action()
    except (OSError, ValueError): continue
    print(name)`;

const KERNEL = `${ATTEMPT}
attempt(
  memory=lambda: open('/dev/mem', 'rb'), kernel_memory=lambda: open('/proc/kcore', 'rb').read(1),
  kernel_log=lambda: open('/proc/kmsg', 'rb'), kernel_log_device=lambda: open('/dev/kmsg', 'rb'),
  kernel_log_call=lambda: call('klogctl', 3, ctypes.create_string_buffer(64), 64), kernel_symbols=read_symbols,
  environment=lambda: open('/proc/1/environ', 'rb').read(), loop=lambda: open('/dev/loop-control'), fuse=lambda: open('/dev/fuse'),
  tunnel=lambda: open('/dev/net/tun'), machine=lambda: open('/dev/kvm'),
  character_device=lambda: os.mknod('/tmp/null', 0o20666, os.makedev(1, 3)), block_device=lambda: os.mknod('/tmp/disk', 0o60666, os.makedev(254, 0)),
  restart=lambda: write('/proc/sysrq-trigger', b'h'), core_pattern=lambda: write('/proc/sys/kernel/core_pattern', b'|/tmp/x'),
  module_loader=lambda: write('/proc/sys/kernel/modprobe', b'/tmp/x'), caches=lambda: write('/proc/sys/vm/drop_caches', b'1'),
  swap=lambda: call('swapon', b'/tmp', 0), accounting=lambda: call('acct', b'/tmp/x'),
  clock=lambda: time.clock_settime(time.CLOCK_REALTIME, 0), clock_speed=lambda: call('adjtimex', struct.pack('I', 0x4000) + bytes(300)),
  host_name=lambda: socket.sethostname('x'), domain_name=lambda: call('setdomainname', b'x', 1),
  priority=lambda: os.nice(-5), real_time=lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
  out_of_memory_score=lambda: write('/proc/self/oom_score_adj', b'-1000'),
  open_files=lambda: raise_limit(resource.RLIMIT_NOFILE), processes=lambda: raise_limit(resource.RLIMIT_NPROC),
  file_size=lambda: raise_limit(resource.RLIMIT_FSIZE), core=lambda: raise_limit(resource.RLIMIT_CORE),
  user_map=lambda: write('/proc/self/uid_map', b'0 0 1'), namespaces=lambda: call('setns', os.open('/proc/self/ns/mnt', os.O_RDONLY), 0),
  control_groups=lambda: call('mount', b'x', b'/tmp', b'cgroup', 0, b'memory'), control_groups_2=lambda: call('mount', b'x', b'/tmp', b'cgroup2', 0, 0),
  processes_of_others=lambda: call('mount', b'x', b'/tmp', b'proc', 0, 0), attributes=lambda: os.setxattr('/workspace', 'trusted.overlay.x', b'x'),
  file_handles=lambda: call('open_by_handle_at', -100, ctypes.create_string_buffer(64), 0),
  first_process=lambda: call('ptrace', 16, 1, 0, 0), parent=lambda: call('ptrace', 16, os.getppid(), 0, 0))
if platform.machine() == 'x86_64': attempt(module=lambda: system_call(175, 0, 0, b''))
for at, directories, files in os.walk('/sys/fs/cgroup'):
  for name in files:
    if os.access(os.path.join(at, name), os.W_OK): print('may write', at, name)`;

/** 1: name of an abstract socket that listens on the host. */
const NETWORK = `${ATTEMPT}
def connect(family, kind, address):
  with socket.socket(family, kind) as client:
    client.settimeout(1)
    client.connect(address)
    client.send(b'x')
flags = struct.pack('16sh14x', b'lo', 0)
attempt(
  host=lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, chr(0) + sys.argv[1]),
  version_6=lambda: connect(socket.AF_INET6, socket.SOCK_STREAM, ('2001:db8::1', 80)),
  name_server=lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ('192.0.2.53', 53)),
  name_server_6=lambda: connect(socket.AF_INET6, socket.SOCK_DGRAM, ('2001:db8::53', 53)),
  broadcast=lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ('255.255.255.255', 9)),
  metadata=lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ('169.254.169.254', 80)),
  raw=lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1), raw_6=lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58),
  packets=lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3),
  interface=lambda: fcntl.ioctl(socket.socket(), 0x8914, flags))
print(*[name for _, name in socket.if_nameindex() if name != 'lo'], end='')`;

/** What no namespace separates; numbers of x86_64, which on another processor are other calls or none. */
const SHARED = `${ATTEMPT}
attempt(
  machine_host=lambda: socket.socket(40, socket.SOCK_STREAM), cryptography=lambda: socket.socket(38, socket.SOCK_SEQPACKET),
  express=lambda: socket.socket(44, socket.SOCK_RAW), typing=lambda: fcntl.ioctl(os.openpty()[1], 0x5412, b'x'),
  rings=lambda: system_call(425, 8, ctypes.create_string_buffer(256)))
if platform.machine() == 'x86_64': attempt(
  add_key=lambda: system_call(248, b'user', b'x', b'y', 1, -3), session_keyring=lambda: system_call(250, 6, -3, 0, 0),
  new_keyring=lambda: system_call(250, 1, 0), kernel_program=lambda: system_call(321, 0, ctypes.create_string_buffer(128), 72),
  events=lambda: system_call(298, ctypes.create_string_buffer(struct.pack('IIQ', 1, 120, 0) + bytes(104)), 0, -1, -1, 0),
  page_faults=lambda: system_call(323, 1))`;

/** Leaves shared memory, a queue and a socket that others could find by number or name; then asks for those. */
const MAKE_SHARED = `${ATTEMPT}
listening = socket.socket(socket.AF_UNIX); listening.bind(chr(0) + 'swe-selfplay-conformance'); listening.listen()
call('shmget', 4712, 4096, 0o1666); call('msgget', 4712, 0o1666)
print('ready', flush=True)
time.sleep(60)`;
const FIND_SHARED = `${ATTEMPT}
attempt(memory=lambda: call('shmget', 4712, 0, 0), queue=lambda: call('msgget', 4712, 0),
  socket=lambda: socket.socket(socket.AF_UNIX).connect(chr(0) + 'swe-selfplay-conformance'))`;

const EVERYTHING = `
(while :; do head -c 1M /dev/zero; done) &
(f() { f | f & }; f) 2>/dev/null &
(trap '' TERM HUP INT; n=0; while :; do n=$((n + 1)); head -c 1M /dev/zero >/tmp/$n || : >$n; done) 2>/dev/null &
setsid python3 -c 'b = []
while True: b.append(bytearray(1 << 24))' 2>/dev/null &
trap '' TERM HUP INT
while :; do sleep 1; done`;

async function refuses({ run }: ReturnType<typeof describe>, program: string, ...more: string[]): Promise<void> {
  const { stdout, stderr } = await run({ argv: ['python3', '-c', program, ...more] });
  assert.deepEqual([textOf(stdout), textOf(stderr)], ['', '']);
}

const cases: readonly ConformanceCase[] = [
  inWorkspace("keeps commands from the kernel, its settings and the host's clock, devices and limits", (workspace) =>
    refuses(workspace, KERNEL),
  ),
  inWorkspace('has no way out by any protocol of the internet, nor to a socket of the host', async (workspace) => {
    const name = `swe-selfplay-conformance-${process.pid}`;
    const server = createServer((socket) => socket.end()).listen(`\0${name}`);
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await refuses(workspace, NETWORK, name);
    } finally {
      server.close();
    }
  }),
  {
    ...inWorkspace(
      'keeps commands from what no namespace separates: keyrings, rings, the host of a machine',
      (workspace) => refuses(workspace, SHARED),
    ),
    findLack: ({ guarantees }: SandboxProvider) => guarantees.find((line) => line.includes('no filter')),
  },
  inWorkspace('shares no memory, queue or socket with another workspace', async ({ sandbox }, provider) => {
    let output = '';
    const making = await sandbox.start({ argv: ['python3', '-c', MAKE_SHARED] }, (chunk) => {
      output += textOf(chunk);
    });
    for (let round = 0; round < 500 && output === ''; round += 1) await sleep(10);
    assert.equal(output, 'ready\n');
    await withSandbox(provider, { base: EXAMPLE_TREE, changes: new Map() }, (other) =>
      refuses(describe(other), FIND_SHARED),
    );
    await making.kill();
  }),
  inWorkspace('leaves no memory image of a program that crashes', async ({ sh, text }) => {
    assert.equal((await sh('ulimit -c unlimited 2>/dev/null; sh -c "kill -SEGV \\$\\$"; exit $?')).exitCode, 139);
    assert.equal(await text('find . /tmp "$HOME" -name "*core*"'), '');
  }),
  inWorkspace('gains nothing by programs that may be there to change the user', async ({ sh }) => {
    const lines = [
      'sudo -n true',
      'mount -o loop run.sh /tmp',
      'newgrp root -c true',
      'pkexec --disable-internal-agent true',
      'runuser -u root true',
    ];
    for (const line of lines) assert.notEqual((await sh(`timeout 5 ${line} </dev/null`)).exitCode, 0, line);
  }),
  inWorkspace(
    'survives an attack on everything at once',
    async ({ sh, text, sandbox }) => {
      const result = await sh(EVERYTHING, { timeoutMs: 1_500, maxOutputBytes: 8 * MEBIBYTE });
      // A shell that cannot fork any more may end by itself.
      const endings = ['timed-out', 'output-exceeded', 'memory-exceeded', 'exited', 'killed'];
      assert.ok(endings.includes(result.ending), result.ending);
      assert.ok(result.durationMs < 10_000, `${result.durationMs} ms`);
      assert.equal(await text('rm -rf /tmp/* [0-9]*; cat README.md'), 'read me');
      assert.equal((await sandbox.changedFiles()).size, 0);
    },
    { limits: { maxProcesses: 48, memoryBytes: 200 * MEBIBYTE, diskBytes: 32 * MEBIBYTE } },
  ),
];

export const kernelCases: readonly ConformanceCase[] = cases.map(isolated);
