/** Where first processes keep the sign that the file systems of a workspace are those it began with. */
export const KEEPER_DIR = '/.keeper';

/** The shell scripts that run in containers; POSIX sh and coreutils only. Each gets what it needs as arguments. */

/**
 * First process of a container, with a user of its own. Each line that it reads asks for a line about the container:
 * how many processes there are besides itself, how often the kernel killed for memory, how many pieces of shared
 * memory, semaphores and message queues exist, and 1 where the sign is there, which the line `begin` makes. The line `reap`
 * also takes up dead orphans of commands, by waiting for a job. That is the only time that it starts a process, and only
 * where there are few and none lives: where it could not, it would end, and the container with it. It ends with its
 * input, and everything in the container with it. 1: directory of the sign.
 */
export const FIRST_PROCESS_SCRIPT = `
count() {
  processes=-1 living=-1
  for entry in /proc/[0-9]*; do
    line=
    { read -r line <"$entry/stat"; } 2>/dev/null
    processes=$((processes + 1))
    case \${line##*) } in Z* | X* | '') ;; *) living=$((living + 1)) ;; esac
  done
}
while read -r question; do
  if [ "$question" = begin ]; then : >"$1/sign"; fi
  count
  if [ "$question" = reap ] && [ "$living" -eq 0 ] && [ "$processes" -gt 0 ] && [ "$processes" -le 16 ]; then
    : & wait "$!"
    : & wait "$!"
    count
  fi
  kills=-1
  for file in /sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/memory.events; do
    [ -r "$file" ] || continue
    while read -r name value; do [ "$name" = oom_kill ] && kills=$value; done <"$file"
  done
  pieces=-3
  for file in /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg; do
    while read -r line; do pieces=$((pieces + 1)); done <"$file"
  done
  sign=0
  if [ -e "$1/sign" ]; then sign=1; fi
  echo "$processes $kills $pieces $sign"
done
`;

/** A command. 1: where it runs, 2: 1 to merge the streams, 3...: the command. */
export const COMMAND_SCRIPT = `
umask 022
cd "$1" 2>/dev/null || { chmod u+rwx "$1"; cd "$1"; } || exit 125
if [ "$2" = 1 ]; then exec 2>&1; fi
shift 2
exec "$@"
`;

/**
 * Makes an image fit for the sandbox, as root. 1: work dir, which becomes empty, 2: first user id, 3: how many users,
 * 4: home, 5: harness directory, 6: number of directories to be entered by everybody, then those, then paths to empty.
 */
export const PREPARE_SCRIPT: string = `
set -e
umask 022
workdir=$1 first=$2 count=$3 home=$4 harness=$5 entered=$6
shift 6
empty() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then find "$1" -xdev -mindepth 1 -delete
  elif [ -e "$1" ]; then : >"$1"
  fi
}
mkdir -p "$workdir" "$home" "$harness" ${KEEPER_DIR} /tmp /run /var/tmp /etc
chmod 755 "$workdir" "$home" "$harness"
for place in "$workdir" "$home" "$harness" /tmp; do empty "$place"; done
number=0
while [ "$number" -lt "$count" ]; do
  id=$((first + number))
  echo "sandbox:x:$id:$id:sandbox:$home:/bin/sh" >>/etc/passwd
  echo "sandbox:x:$id:" >>/etc/group
  number=$((number + 1))
done
while [ "$entered" -gt 0 ]; do
  if [ -d "$1" ]; then chmod a+rx "$1"; fi
  shift
  entered=$((entered - 1))
done
for place in "$@"; do
  if real=$(realpath -e "$place" 2>/dev/null); then empty "$real"; fi
done
missing=
for program in env cat chmod find xargs tar sha256sum realpath mkdir rm; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
[ -z "$missing" ] || { echo "the image lacks these programs:$missing" >&2; exit 1; }
find / -maxdepth 0 -printf '' || { echo "the image's find is not GNU find" >&2; exit 1; }
`;

/** What is in force in a container, a line each: `NAME: VALUE`. 1: workspace. */
export const PROBE_SCRIPT = `
grep -E '^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status
for file in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max; do
  if [ -r "$file" ]; then echo "memory: $(cat "$file")"; fi
done
for file in /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max; do
  if [ -r "$file" ]; then echo "pids: $(cat "$file")"; fi
done
echo "user: $(id -u)"
echo "files: $(ulimit -n)"
if unshare --user true 2>/dev/null; then echo "namespaces: yes"; fi
echo "devices: $(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' \\n')"
while read -r device place type options rest; do
  case $place in
    / | "$1" | /tmp | "$HOME") echo "mount $place: $type $options" ;;
  esac
done </proc/mounts
`;
