import type { NamespaceHost } from './namespaces.js';

/** What is in force on this host, a line each. */
export function describeGuarantees(host: NamespaceHost): string[] {
  const user = host.mode.isRoot ? `host uid ${host.mode.userId}` : 'the uid of the caller';
  return [
    'files: own root file system; the workspace, /tmp, /dev/shm and the home directory are writable, the system read-only',
    host.canIgnoreLinks
      ? 'reading and writing for the host: no symbolic link of the workspace can be put in the way'
      : 'reading and writing for the host: symbolic links are checked, but could be exchanged by what runs meanwhile',
    `network: none${host.loopback === 'none' ? ', and no loopback device' : ' but the loopback device'}`,
    `privileges: ${user}, no capabilities, no new privileges` +
      (host.mode.hasUserNamespaces ? ', no further user namespaces' : '; user namespaces could not be made here'),
    host.filter === undefined
      ? 'system calls: no filter, which would need perl: keyrings, io_uring and sockets to a host of this machine are open'
      : 'system calls: none for keyrings, io_uring, kernel programs and sockets other than local and internet ones',
    'processes: own process space for every command, which ends with it; all end with the workspace and with this program',
    host.cgroups === undefined
      ? 'memory: watched several times a second and killed; files in memory are bounded by the disk bound'
      : `memory: bounded by ${host.cgroups.description}, files in memory included`,
    `process number: ${host.cgroups === undefined ? 'resource limit and watch' : `resource limit and ${host.cgroups.description}`}`,
    'disk: one file system in memory of bounded size and file number',
    'time, output: counted here; what exceeds is killed',
  ];
}
