import { expect, test } from 'vitest';
import { withoutRefused } from './seccomp-profile.js';

const PROFILE = {
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [
    { names: ['read', 'socket', 'clone', 'clone3', 'unshare', 'mount'], action: 'SCMP_ACT_ALLOW', args: [] },
    { names: ['keyctl'], action: 'SCMP_ACT_ALLOW' },
    { names: ['setns', 'bpf', 'write'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
  ],
};

test('lets nothing through that makes namespaces or sockets to the hypervisor, and all else that the profile lets through', () => {
  const { syscalls, defaultAction } = withoutRefused(PROFILE);
  const allowed = syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW');
  expect(defaultAction).toBe('SCMP_ACT_ERRNO');
  expect(allowed.flatMap(({ names }) => names)).toEqual(['read', 'clone', 'socket']);
  expect(allowed.find(({ names }) => names.includes('clone'))?.args).toEqual([
    { index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' },
  ]);
  expect(allowed.find(({ names }) => names.includes('socket'))?.args).toEqual([
    { index: 0, value: 38, valueTwo: 0, op: 'SCMP_CMP_LT' },
  ]);
});
