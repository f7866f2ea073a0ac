import { expect, test } from 'vitest';
import { findMissing } from './probe-container.js';

const GOOD = `CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t0000000000000000
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
memory: 268435456
pids: 96
user: 70002
files: 4096
devices: lo
mount /: overlay ro,relatime,lowerdir=/x
mount /testbed: tmpfs rw,nosuid,nodev,relatime,size=16384k,nr_inodes=10000
mount /tmp: tmpfs rw,nosuid,nodev,relatime,size=16384k
`;

test('finds nothing missing where everything is in force', () => {
  expect(findMissing(GOOD, '/testbed')).toEqual([]);
});

test.each([
  ['CapBnd:\t0000000000000000', 'CapBnd:\t00000000a80425fb', 'capabilities dropped'],
  ['NoNewPrivs:\t1', 'NoNewPrivs:\t0', 'no new privileges'],
  ['Seccomp:\t2', 'Seccomp:\t0', 'system call filter (seccomp)'],
  ['memory: 268435456', 'memory: max', 'bound on memory'],
  ['memory: 268435456\n', '', 'bound on memory'],
  ['pids: 96', 'pids: max', 'bound on processes'],
  ['user: 70002', 'user: 0', 'an ordinary user'],
  ['files: 4096', 'files: unlimited', 'bound on open files'],
  ['devices: lo', 'devices: loeth0', 'no network'],
  ['devices: lo\n', '', 'no network'],
  ['overlay ro,', 'overlay rw,', 'read-only system'],
  ['size=16384k,nr', 'size=12643876k,nr', 'bound on disk'],
  ['mount /testbed: tmpfs', 'mount /testbed: ext4', 'bound on disk'],
])('with %j as %j finds missing: %s', (from, to, missing) => {
  expect(GOOD).toContain(from);
  expect(findMissing(GOOD.replace(from, to), '/testbed')).toEqual([missing]);
});

test('finds everything missing in an empty answer', () => {
  expect(findMissing('', '/testbed')).toHaveLength(10);
});
