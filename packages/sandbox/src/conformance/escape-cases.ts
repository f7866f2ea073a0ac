import assert from 'node:assert/strict';
import { type ConformanceCase, inWorkspace, isolated, textOf } from './conformance-case.js';

const PTRACE = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print([libc.ptrace(16, target, 0, 0) for target in (1,)])`;
const SETUID = `
import ctypes, os
results = []
for call in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.mknod('/tmp/disk', 0o60600, os.makedev(8, 0)),
    lambda: os.chroot('/tmp'), lambda: os.sethostname('x') if hasattr(os, 'sethostname') else (_ for _ in ()).throw(OSError()),
    lambda: open('/proc/1/mem', 'rb').read(1), lambda: os.readlink('/proc/1/fd/3'), lambda: os.listdir('/proc/1/root'),
    lambda: open('/proc/sysrq-trigger', 'w').write('h'), lambda: open('/proc/sys/kernel/core_pattern', 'w').write('x'),
    lambda: open('/proc/sys/user/max_user_namespaces', 'w').write('9'), lambda: open('/dev/mem', 'rb')):
  try: call(); results.append('done')
  except OSError: results.append('refused')
print(*sorted(set(results)))`;
/** Closing time for what outlives a command: it writes into the status pipe if it has one. */
const FORGE = `
import os
for descriptor in range(3, 1024):
  try:
    if os.readlink('/proc/self/fd/%d' % descriptor) != '/dev/null': os.write(descriptor, b'. 0\\n'); print('wrote', descriptor)
  except OSError: pass
os._exit(9)`;

export const escapeCases: readonly ConformanceCase[] = [
  inWorkspace('refuses new namespaces and mounts', async ({ sh, text }) => {
    for (const kind of [
      '--user',
      '--user --map-root-user',
      '--mount',
      '--pid --fork',
      '--net',
      '--ipc',
      '--uts',
      '--cgroup',
    ]) {
      assert.notEqual((await sh(`unshare ${kind} true`)).exitCode, 0, kind);
    }
    for (const line of [
      'mount -t tmpfs x /tmp',
      'mount --bind /tmp /usr',
      'umount /proc',
      'umount -l /workspace',
      'nsenter -t 1 -m true',
      'nsenter -t 1 -U true',
      'pivot_root . .',
    ]) {
      assert.notEqual((await sh(line)).exitCode, 0, line);
    }
    assert.equal(await text('cat /proc/sys/user/max_user_namespaces'), '0');
  }),
  inWorkspace("refuses privileges, devices and the kernel's settings", async ({ run }) => {
    assert.equal(textOf((await run({ argv: ['python3', '-c', SETUID] })).stdout), 'refused\n');
    assert.equal(textOf((await run({ argv: ['python3', '-c', PTRACE] })).stdout), '[-1]\n');
  }),
  inWorkspace('keeps its first process and its result from a command that kills all it can', async ({ sh, text }) => {
    assert.equal((await sh('kill -9 1; kill -STOP 1; kill -TERM 1; exit 6')).exitCode, 6);
    const all = await sh('sleep 100 & kill -9 -1; wait $!; exit $?');
    assert.deepEqual([all.ending, all.exitCode], ['exited', 137]);
    assert.equal((await sh("trap '' TERM; kill -TERM 0; exit 8")).exitCode, 8);
    assert.equal((await sh('kill -9 0')).exitCode, 137);
    assert.equal(await text('echo still here'), 'still here');
  }),
  inWorkspace('gives a command no way to forge how it ended', async ({ run, sh }) => {
    const result = await run({ argv: ['python3', '-c', FORGE] });
    assert.deepEqual([textOf(result.stdout), result.exitCode], ['', 9]);
    // The three streams, and the directory that ls reads; what else it sees belongs to nobody outside.
    const listed = textOf((await sh('ls -l /proc/self/fd | tail -n +2')).stdout)
      .trimEnd()
      .split('\n');
    const strange = listed.filter(
      (line) => !/ (0|1|2) -> (pipe:|\/dev\/null)| \d+ -> (\/proc\/|\/dev\/null$)/.test(line),
    );
    assert.deepEqual(strange, []);
  }),
  inWorkspace('finds nothing in programs with the set-user-id bit', async ({ text, sh }) => {
    await sh(
      'cp /bin/sh /workspace/rootsh; chmod 6755 /workspace/rootsh; cp /bin/sh /tmp/rootsh; chmod 6755 /tmp/rootsh',
    );
    assert.equal(
      await text('/workspace/rootsh -p -c "id -u"; /tmp/rootsh -p -c "id -u"'),
      `${await text('id -u')}\n${await text('id -u')}`,
    );
    assert.notEqual((await sh('su root -c true </dev/null')).exitCode, 0);
  }),
  inWorkspace('changes nothing of the base through links of either kind', async ({ sh, text }, provider) => {
    await sh(
      'ln README.md hard; echo hacked >> hard; ln -s README.md soft; echo hacked >> soft; echo hacked >> run.sh; chmod 777 src/a.txt',
    );
    const fresh = await provider.open({
      base: (await import('./conformance-case.js')).EXAMPLE_TREE,
      changes: new Map(),
    });
    const result = await fresh.run({ argv: ['sh', '-c', 'cat README.md run.sh; stat -c %a src/a.txt'] });
    await fresh.close();
    assert.equal(textOf(result.stdout), 'read me\n#!/bin/sh\necho ran\n644\n');
    assert.match(await text('cat README.md'), /hacked/);
  }),
  inWorkspace('finds files again when the workspace is made of links', async ({ sandbox, sh }) => {
    await sh('rm -r src; ln -s /etc src; rm README.md; ln -s /proc/1/environ README.md; mkdir loop; ln -s .. loop/up');
    const changes = await sandbox.changedFiles();
    assert.deepEqual(
      [...changes].map(([path, file]) => [path, file?.mode ?? null]),
      [
        ['README.md', '120000'],
        ['loop/up', '120000'],
        ['src', '120000'],
        ['src/a.txt', null],
        ['src/deep/b.txt', null],
        ['src/link', null],
      ],
    );
    await sandbox.writeFile('README.md', Buffer.from('x'));
    assert.equal(textOf(await sandbox.readFile('README.md')), 'x');
  }),
  inWorkspace('has no terminal to type into', async ({ sh }) => {
    assert.notEqual((await sh('echo x > /dev/tty')).exitCode, 0);
    assert.equal((await sh('python3 -c "import os, pty; print(os.ttyname(pty.openpty()[1]))"')).exitCode, 0);
  }),
].map(isolated);
