"""Runs a test script and keeps what the reporters in its Python processes tell; never part of what is tested.

Arguments: the script, the directory of the reporter, the directory that is to be PYTHONUSERBASE, the order of the tests
('' = as they come). The script has our stdout for both its streams. Our stderr, which nothing else holds, gets the
witness at the end: a line `witness BYTES`, then that many bytes of zlib. Our exit code means nothing.

Only modules that cost next to nothing are imported: every run waits for us.
"""
import os
import sys

MAX_RECORDS = 200000
MAX_FRAME = 16384
MAX_STORED = 32 * 1024 * 1024
MAX_CODE = 16 * 1024 * 1024
PART_HEAD = 17
MAX_CONNECTIONS = 512
MAX_REPORT = 4 * 1024 * 1024
MAX_TAMPERED = 1000
MAX_ANCESTORS = 256
MAX_LAST_READS = 4096
TOKEN = 8
HEADER = TOKEN + 5
SEVERAL = b"several"
SEVERITY = {b"p": 0, b"s": 1, b"f": 2}


def start_script(script, environment):
    """The process id of the script's shell; in it stderr is stdout, so that the order of all output is kept."""
    process = os.fork()
    if process:
        return process
    try:
        import _signal

        # Python ignores these, which a program would inherit.
        for name in ("SIGPIPE", "SIGXFSZ"):
            if hasattr(_signal, name):
                _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
        os.dup2(1, 2)
        os.execvpe("bash", ["bash", script], environment)
    finally:
        os._exit(127)


def hide():
    """Takes away from others of our user the right to open our descriptors and to trace us. False: not possible."""
    import _ctypes

    library = _ctypes.dlopen(None, 0)
    prctl = _ctypes.dlsym(library, "prctl")
    PR_SET_DUMPABLE = 4
    PR_GET_DUMPABLE = 3
    _ctypes.call_function(prctl, (PR_SET_DUMPABLE, 0, 0, 0, 0))
    return _ctypes.call_function(prctl, (PR_GET_DUMPABLE, 0, 0, 0, 0)) == 0


def stat_of(process):
    """The parent and the time of start of a process; None where it is gone."""
    try:
        with open("/proc/%d/stat" % process, "rb", buffering=0) as file:
            fields = file.read(4096).rsplit(b")", 1)[1].split()
        return int(fields[1]), fields[19]
    except (OSError, ValueError, IndexError):
        return None


class Testers:
    """The processes that have loaded a test framework; what they start in their turn is no witness."""

    def __init__(self):
        self.started = {}

    def admit(self, process, shell):
        """True for a process below the script's shell with no other such process above it, that is new."""
        at = process
        for _ in range(MAX_ANCESTORS):
            stat = stat_of(at)
            if stat is None or self.started.get(at) == stat[1]:
                return False
            if at == process:
                own = stat[1]
            if at == shell:
                self.started[process] = own
                return True
            at = stat[0]
            if at <= 1:
                return False
        return False


class Record:
    """All that was told, bounded."""

    def __init__(self):
        self.results = {}
        self.tampered = set()
        self.code = {}
        self.code_stored = 0
        self.folder = os.getcwdb() + b"/"
        self.stored = 0
        self.sessions = 0
        self.is_whole = True

    def add_result(self, outcome, name):
        known = self.results.get(name)
        if known is None:
            self.stored += len(name) + 64
            if len(self.results) >= MAX_RECORDS or self.stored > MAX_STORED:
                self.is_whole = False
                return
        elif SEVERITY[known] >= SEVERITY[outcome]:
            return
        self.results[name] = outcome

    def add_code(self, code, name):
        """What code a test ran; of an id that ran several, only that it did. Where there is too much, none is kept."""
        if self.code is None:
            return
        parts = [self.from_here(part) for part in code.split(b"\t")]
        code = b"\t".join(parts)
        known = self.code.get(name)
        if known is None:
            self.code_stored += len(code) + len(name) + 64
            if self.code_stored > MAX_CODE:
                self.code = None
                return
            self.code[name] = code
        elif known != code:
            self.code[name] = SEVERAL

    def from_here(self, part):
        """A part of a code with the path of its file as seen from where the script runs."""
        head, path = part[:PART_HEAD], part[PART_HEAD:]
        return head + path[len(self.folder):] if path.startswith(self.folder) else part

    def add_tampered(self, name):
        if len(self.tampered) < MAX_TAMPERED:
            self.tampered.add(name)
        else:
            self.is_whole = False

    def text(self, has_code=True):
        if not self.is_whole:
            status = b"incomplete"
        else:
            status = b"complete" if self.sessions else b"absent"
        lines = [status]
        lines.extend(b"t" + name for name in sorted(self.tampered))
        lines.extend(outcome + name for name, outcome in self.results.items())
        if has_code and self.code:
            lines.extend(b"c" + code + b"\n" + name for name, code in self.code.items())
        return b"\n".join(line.replace(b"\\", b"\\\\").replace(b"\n", b"\\n") for line in lines)


class Connection:
    """One process that tells; what it sends out of turn makes the record incomplete."""

    def __init__(self, socket, record):
        self.socket = socket
        self.record = record
        self.token = None
        self.pending = b""
        self.is_open = False
        self.told = 0

    def take(self, data):
        """False where no more is to be read from it."""
        self.pending += data
        while len(self.pending) >= HEADER:
            token, kind = self.pending[:TOKEN], self.pending[TOKEN:TOKEN + 1]
            size = int.from_bytes(self.pending[TOKEN + 1:HEADER], "big")
            if self.token is None:
                self.token = token
            if token != self.token or size > MAX_FRAME:
                self.record.add_tampered(b"the witness's channel")
                self.record.is_whole = False
                return False
            if len(self.pending) < HEADER + size:
                return True
            payload = self.pending[HEADER:HEADER + size]
            self.pending = self.pending[HEADER + size:]
            self.handle(kind, payload)
        return True

    def handle(self, kind, payload):
        if kind == b"R" and self.is_open and payload[:1] in SEVERITY:
            self.told += 1
            self.record.add_result(payload[:1], payload[1:])
        elif kind == b"C" and self.is_open and b"\n" in payload:
            self.record.add_code(*payload.split(b"\n", 1))
        elif kind == b"T":
            self.record.add_tampered(payload)
        elif kind == b"B" and not self.is_open:
            self.is_open = True
            self.told = 0
            self.record.sessions += 1
        elif kind == b"E" and self.is_open and payload == b"%d" % self.told:
            self.is_open = False
        elif kind != b"H":
            self.record.is_whole = False

    def close(self):
        self.socket.close()
        if self.is_open:
            self.record.is_whole = False


def listen():
    """A socket that is reached by name and lies in no directory, and its name."""
    import _socket

    name = "swe-selfplay-" + os.urandom(8).hex()
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    listener.bind("\0" + name)
    listener.listen(128)
    listener.setblocking(False)
    return listener, name


def peer_of(socket):
    """Process id of the other end when it connected."""
    import _socket

    SO_PEERCRED = getattr(_socket, "SO_PEERCRED", 17)
    return int.from_bytes(socket.getsockopt(_socket.SOL_SOCKET, SO_PEERCRED, 12)[:4], sys.byteorder)


def accept(listener):
    import _socket

    descriptor, _ = listener._accept()
    socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, descriptor)
    socket.setblocking(False)
    return socket


def watch_child():
    """A descriptor that can be read from once a child has ended."""
    import _signal

    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    _signal.signal(_signal.SIGCHLD, lambda *_: None)
    _signal.set_wakeup_fd(writable)
    return readable


def has_ended(shell):
    return os.waitpid(shell, os.WNOHANG)[0] == shell


def follow(shell, listener, child):
    """Takes what is told until the script's shell has ended, and then what was told before that."""
    import select

    record = Record()
    testers = Testers()
    connections = {}
    poll = select.poll()
    for descriptor in (listener.fileno(), child):
        poll.register(descriptor, select.POLLIN)

    def receive(descriptor):
        """False where nothing more is there for now."""
        connection = connections[descriptor]
        try:
            data = connection.socket.recv(65536)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data and connection.take(data):
            return True
        poll.unregister(descriptor)
        del connections[descriptor]
        connection.close()
        return False

    def admit():
        """False where nobody waits."""
        try:
            socket = accept(listener)
        except OSError:
            return False
        if not testers.admit(peer_of(socket), shell):
            socket.close()
        elif len(connections) >= MAX_CONNECTIONS:
            record.is_whole = False
            socket.close()
        else:
            connections[socket.fileno()] = Connection(socket, record)
            poll.register(socket.fileno(), select.POLLIN)
        return True

    while not has_ended(shell):
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                admit()
            elif descriptor == child:
                os.read(child, 4096)
            elif descriptor in connections:
                receive(descriptor)
    listener.close()
    # What is left was told before the end; something that goes on telling is cut off.
    reads = MAX_LAST_READS
    for descriptor in list(connections):
        while reads > 0 and receive(descriptor):
            reads -= 1
    for connection in connections.values():
        connection.close()
    return record


def tell(record):
    import zlib

    content = zlib.compress(record.text(), 1)
    if len(content) > MAX_REPORT:
        content = zlib.compress(record.text(has_code=False), 1)
    if len(content) > MAX_REPORT:
        content = zlib.compress(b"incomplete", 1)
    content = b"\nwitness %d\n" % len(content) + content
    while content:
        content = content[os.write(2, content):]


def with_reporter(environment, name, reporter, userbase, order):
    """The environment of the script: each Python in it finds the reporter, by one of two ways."""
    path = environment.get("PYTHONPATH")
    told = [name, reporter, userbase, environment.get("PYTHONUSERBASE", ""), order]
    return dict(
        environment,
        SWE_SELFPLAY_WITNESS="|".join(told),
        PYTHONUSERBASE=userbase,
        PYTHONPATH=reporter + "/site" + (":" + path if path else ""),
    )


def main():
    script, reporter, userbase, order = sys.argv[1:]
    environment = dict(os.environ)
    try:
        if not hide():
            raise OSError("others may open our descriptors")
        child = watch_child()
        listener, name = listen()
    except Exception:
        # Without a safe channel there is no witness; the run is as it would be without us.
        os.waitpid(start_script(script, environment), 0)
        tell(Record())
        return
    shell = start_script(script, with_reporter(environment, name, reporter, userbase, order))
    # The script's own input is not ours to hold open.
    os.close(0)
    os.close(1)
    try:
        record = follow(shell, listener, child)
    except Exception:
        record = Record()
        record.is_whole = False
        os.waitpid(shell, 0)
    tell(record)


main()
os._exit(0)
