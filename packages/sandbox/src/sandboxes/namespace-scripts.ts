import { BASE_TIME_SECONDS } from '../lay-out-tree.js';

/**
 * The shell scripts that make and enter a workspace; POSIX sh, util-linux and coreutils only. Each gets what it needs as
 * arguments, nothing is pasted into a text.
 */

/**
 * Puts a workspace together in a fresh mount namespace, then becomes its holder.
 * 1: mount directory, 2: tmpfs options, 3: mount table, 4: owner of the writable parts ('' = already ours),
 * 5: 1 if a harness archive comes on descriptor 3, 6: tmpfs options of the stage ('' = changes stay in an overlay),
 * 7, 8: as 2 and 3 of the holder, for the stage, 9: COPY_SCRIPT, 10...: program that the holder is run with.
 * A subshell does the work, so that the first process stays and takes everything with it when it is killed.
 * Its first line on stdout is the process id, as the host counts, of the process that owns the namespaces.
 */
export const SETUP_SCRIPT = `
(
set -e
read -r id rest </proc/self/stat
echo "$id"
umask 022
cd "$1"
mount -n -t tmpfs -o "$2" tmpfs scratch
cd scratch
install -d -m 755 \${4:+-o "$4" -g "$4"} upper work home harness lower
install -d -m 1777 tmp shm
install -d -m 755 empty
: >blank
if [ -n "$6" ]; then
  install -d -m 755 stage
  mount -n -t tmpfs -o "$6" stage stage
  install -d -m 755 \${4:+-o "$4" -g "$4"} stage/upper stage/work stage/merged
fi
cd ..
[ "$5" = 0 ] || tar -x -p --no-same-owner -m -C scratch/harness -f - <&3
printf %s "$3" >scratch/fstab
mount -n -a -T scratch/fstab
if [ -n "$6" ]; then
  (
    cd scratch/stage/merged
    \${4:+setpriv --reuid="$4" --regid="$4" --clear-groups --} sh -c "$9" sh "$7" "$8"
  )
  umount -n scratch/stage/merged
  umount -n scratch/stage
  rmdir scratch/stage
fi
cd root
pivot_root . .
umount -n -l .
cd /
shift 9
exec "$@" 3<&-
)
exit $?
`;

/**
 * Lays the changes on the stage, an overlay on the base, and copies the result into the workspace in the order of names:
 * times, numbers of inodes and the order of entries come from the copying alone. Runs as the owner of the files.
 * 1: 1 if a list of deletions comes on descriptor 4, 2: 1 if an archive of changed files comes on descriptor 5.
 */
export const COPY_SCRIPT: string = `
set -e
umask 022
[ "$1" = 0 ] || xargs -0 rm -rf -- <&4
[ "$2" = 0 ] || tar -x -p --no-same-owner -m -f - <&5
{ tar -c --sort=name --mtime=@${BASE_TIME_SECONDS} -f - . && : >../copied; } | tar -x -p --no-same-owner -C ../../upper -f -
[ -e ../copied ]
`;

/**
 * The holder: first process of the workspace's process space. Lays the changes, says so, and stays until its stdin
 * closes, be it by us or because we died; with it dies every process of the workspace.
 * 1: command line that brings up the loopback device ('' = none), 2: 1 if a list of deletions comes on descriptor 4,
 * 3: 1 if an archive of changed files comes on descriptor 5.
 */
export const HOLDER_SCRIPT = `
set -e
umask 022
eval "$1" &
loopback=$!
hostname sandbox 2>/dev/null || :
cd /workspace
[ "$2" = 0 ] || xargs -0 rm -rf -- <&4
[ "$3" = 0 ] || tar -x -p --no-same-owner -m -f - <&5
exec 4<&- 5<&-
cd /
wait "$loopback"
echo ready
set +e
while read -r line; do :; done
exit 0
`;

/** Runs a command by the function `start` of what is put before it, with real pipes. Arguments: those of `start`. */
const PIPE_SCRIPT = `
feed() { if [ "$input" = 1 ]; then cat 3>&- 4>&- 5>&- | start "$@"; else start "$@" </dev/null; fi; }
if [ "$merge" = 1 ]; then
  { feed "$@" 2>&1; } | cat 3>&- 4>&- 5>&-
else
  exec 7>&1 8>&2
  { { feed "$@" 2>&6 6>&- 7>&- 8>&-; } | cat >&7 3>&- 4>&- 5>&- 6>&- 7>&- 8>&-; } 6>&1 | cat >&8 3>&- 4>&- 5>&- 7>&- 8>&-
fi
`;

/**
 * Runs in the workspace's namespaces, outside the command's own process space. Gives the command real pipes that it may
 * open by name (/dev/stderr), drains them after it, and reports its exit code on descriptor 3.
 * 1: 1 to merge the streams, 2: 1 if there is input, 3: first process, 4...: its arguments. The shared memory that a
 * command leaves without a process is its own too.
 * The command's process space ends with its first process, so the pipes always come to their end.
 */
export const ENTER_SCRIPT: string = `
cd /workspace
umask 022
merge=$1 input=$2 first=$3
shift 3
start() { unshare --mount --ipc --pid --fork --kill-child --mount-proc -- setsid sh -c "$first" sh "$@"; echo " $?" >&3; }
${PIPE_SCRIPT}`;

/** The same without namespaces. 1, 2: as above, 3: open files, 4: blocks of 512 bytes a file may have, 5...: the command. */
export const PLAIN_SCRIPT: string = `
umask 022
merge=$1 input=$2 files=$3 blocks=$4
shift 4
start() {
  (
    ulimit -n "$files" 2>/dev/null
    ulimit -c 0 2>/dev/null
    ulimit -f "$blocks" 2>/dev/null
    printf . >&3
    exec "$@" 3>&-
  )
  echo " $?" >&3
}
${PIPE_SCRIPT}`;

/**
 * First process of a command's process space: joins the control groups on descriptors 4 and 5, then waits for the
 * command. It cannot be the command itself, which could then outlive its parent, and which would not see signals.
 * 1: 'own-places' gives this command writable places of its own, 'no-links' makes no link of the workspace lead anywhere,
 * 2: mount table of own places, 3...: the command.
 */
export const FIRST_PROCESS_SCRIPT = `
echo 0 >&4 || exit 125
echo 0 >&5 || exit 125
exec 4>&- 5>&-
case $1 in
own-places) mount -n -a -T "$2" && cd /workspace || exit 125 ;;
no-links) mount -n -o remount,bind,nosuid,nodev,nosymfollow none /workspace || exit 125 ;;
esac
shift 2
"$@"
exit $?
`;

/** The host counts those of all workspaces together, and has 128 by default. */
const MAX_FILE_WATCHERS = 32;

/**
 * Runs in the command's own user namespace: no further one can be made, and its bounds are counted there.
 * 1: 1 if there is such a namespace, 2: processes, 3: open files, 4: blocks of 512 bytes a file may have, 5...: what to
 * run. A bound above what the host allows is not set: the host's is stricter. Some shells call the processes -p.
 */
export const BOUNDS_SCRIPT: string = `
if [ "$1" = 1 ]; then
  echo 0 >/proc/sys/user/max_user_namespaces || exit 125
  echo ${MAX_FILE_WATCHERS} >/proc/sys/user/max_inotify_instances
fi 2>/dev/null
ulimit -u "$2" 2>/dev/null || ulimit -p "$2" 2>/dev/null
ulimit -n "$3" 2>/dev/null
ulimit -f "$4" 2>/dev/null
ulimit -c 0
shift 4
exec "$@"
`;

/** The last trusted step, where no filter of system calls is set: what follows is the command's own failing or passing. 1...: the command. */
export const START_SCRIPT = `
printf . >&3
exec "$@" 3>&-
`;
