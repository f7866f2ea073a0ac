import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxProvider } from '../sandbox.js';
import { type ConformanceCase, EXAMPLE_TREE, inWorkspace, isolated, textOf } from './conformance-case.js';

const LOCALHOST = `
import socket
server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
client = socket.create_connection(('localhost', server.getsockname()[1])); client.sendall(b'hi')
print(server.accept()[0].recv(2).decode())`;
const OUTSIDE = `
import socket, sys
for address in (('127.0.0.1', int(sys.argv[1])), ('192.0.2.1', 80), ('10.0.2.2', 80)):
  try: socket.create_connection(address, timeout=2); print('connected', address)
  except OSError: pass
try: print(socket.getaddrinfo('example.org', 80))
except OSError: print('none')`;

const TAKE_ALL = `
import ctypes, os
def count(take):
    held = []
    try:
        while len(held) < 1000: held.append(take())
    except OSError: pass
    return len(held)
def watch():
    descriptor = libc.inotify_init()
    if descriptor < 0: raise OSError
    return descriptor
libc = ctypes.CDLL(None)
print(count(watch), count(os.openpty))`;

export const isolationCases: readonly ConformanceCase[] = [
  inWorkspace("shows nothing of the host's files", async ({ text, sandbox }, provider) => {
    const secret = mkdtempSync(join(tmpdir(), 'host-secret-'));
    const neighbour = await provider.open({ base: EXAMPLE_TREE, changes: new Map() });
    try {
      writeFileSync(join(secret, 'token'), 'secret');
      await neighbour.writeFile('of-neighbour', Buffer.from('secret'));
      assert.equal(await text(`cat ${secret}/token 2>/dev/null`), '');
      assert.equal(
        await text(
          'find / -xdev -path /usr -prune -o -name of-neighbour -print -o -name "host-secret-*" -print 2>/dev/null',
        ),
        '',
      );
      assert.equal(await text('ls -A /tmp /dev/shm | grep -v :'), '');
      assert.deepEqual((await text('ls -A /home')).split('\n'), ['sandbox']);
      assert.equal(await text(`ls -A ${homedir()}/.ssh ${homedir()}/.cache ${homedir()}/.config 2>/dev/null`), '');
      for (const path of ['/run', '/sys', '/var', '/boot', '/mnt', '/srv'])
        assert.equal(await text(`ls -d ${path} 2>/dev/null`), '');
      assert.notEqual(await text('cat /proc/sys/kernel/hostname'), hostname());
      assert.equal(sandbox.workdir, '/workspace');
    } finally {
      rmSync(secret, { recursive: true });
      await neighbour.close();
    }
  }),
  inWorkspace('leaves terminals and file watchers for the commands of others', async ({ run }) => {
    const { stdout } = await run({ argv: ['python3', '-c', TAKE_ALL] });
    const [watchers, terminals] = textOf(stdout).trim().split(' ').map(Number);
    assert.ok(watchers! > 0 && watchers! <= 64, `${watchers} watchers`);
    assert.ok(terminals! > 0 && terminals! <= 64, `${terminals} terminals`);
  }),
  inWorkspace('lets only the workspace, the home and temporary places be written', async ({ text }) => {
    const line =
      'find / -xdev \\( -path /proc -o -path /workspace -o -path /usr/share -o -path /dev/pts \\) -prune -o -type d -writable -print 2>/dev/null';
    const mounts =
      'for p in /usr /etc /dev /harness /tmp /dev/shm /home/sandbox /workspace; do test -w $p && echo $p; done';
    assert.deepEqual((await text(line)).split('\n').sort(), ['/dev/shm', '/home/sandbox', '/tmp']);
    assert.equal(await text(mounts), '/tmp\n/dev/shm\n/home/sandbox\n/workspace');
  }),
  inWorkspace(
    'keeps the harness as it is',
    async ({ sh, text, sandbox }) => {
      const file = `${sandbox.harnessDir}/check.sh`;
      const attempts = [
        `echo x >> ${file}`,
        `chmod 777 ${file}`,
        `rm -f ${file}`,
        `mv ${sandbox.harnessDir} /tmp/x`,
        `touch ${sandbox.harnessDir}/new`,
        `ln ${file} /workspace/hard && echo x >> /workspace/hard`,
        `mount -o remount,rw ${sandbox.harnessDir}`,
        `umount -l ${sandbox.harnessDir}`,
      ];
      for (const line of attempts) assert.notEqual((await sh(line)).exitCode, 0, line);
      assert.equal(await text(`cat ${file}`), 'echo checked');
    },
    { harness: new Map([['check.sh', Buffer.from('echo checked\n')]]) },
  ),
  inWorkspace('shows a command only its own processes', async ({ text, sh }) => {
    assert.equal(await text('cat /proc/[0-9]*/comm | sort -u | grep -vE "^(sh|cat|sort|grep)$"'), '');
    const environment = await sh('cat /proc/1/environ; tr "\\0" "\\n" < /proc/self/environ');
    assert.doesNotMatch(textOf(environment.stdout), /VITEST|NODE_/);
  }),
  inWorkspace('has no network', async ({ run }) => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const outside = await run({ argv: ['python3', '-c', OUTSIDE, String(port)] });
    server.close();
    assert.equal(textOf(outside.stdout), 'none\n');
  }),
  {
    ...inWorkspace('has its own localhost', async ({ run }) => {
      assert.equal(textOf((await run({ argv: ['python3', '-c', LOCALHOST] })).stdout), 'hi\n');
    }),
    findLack: ({ guarantees }: SandboxProvider) => guarantees.find((line) => line.includes('no loopback')),
  },
  inWorkspace('runs as an ordinary user without privileges', async ({ text }) => {
    assert.notEqual(await text('id -u'), '0');
    assert.equal(await text('id -un'), 'sandbox');
    const status = await text('grep -E "^(CapPrm|CapEff|CapBnd|CapAmb|CapInh|NoNewPrivs)" /proc/self/status');
    const values = status.split('\n').map((line) => line.split('\t')[1]);
    assert.deepEqual(values, [...Array(5).fill('0000000000000000'), '1']);
  }),
].map(isolated);
