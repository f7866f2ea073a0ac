"""Tells the supervisor what the tests of this process do; watches what decides about it. Loaded with the first framework."""
import _socket
import builtins
import fcntl
import os
import sys

__unittest = True  # No frame of ours shows in a traceback.

TOKEN = os.urandom(8)
FIRST_DESCRIPTOR = 900
MAX_NAME = 4000
# By number of tests and not by time, so that equal runs are checked at equal places.
TESTS_PER_CHECK = 4
TESTS_PER_FULL_CHECK = 256
MAX_WAITING = 16384
MAX_TOLD_AT_ONCE = 20
MAX_CODES = 2
getpid = os.getpid
write = os.write
function_type = type(lambda: None)


class Channel:
    """The connection to the supervisor. Silent in processes that were forked from this one."""

    def __init__(self, name):
        socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        socket.connect("\0" + name)
        # Far from the numbers that a test may expect or close.
        try:
            self.descriptor = fcntl.fcntl(socket.fileno(), fcntl.F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR)
            socket.close()
        except OSError:
            self.descriptor = socket.detach()
        self.process = getpid()
        self.waiting = b""
        self.failures = 0
        self.told = 0
        self.depth = 0
        # A pytest session is on; the item that it runs, and what left the phase that this is in.
        self.is_pytest = False
        self.item = None
        # Looks at the code of that item.
        self.look = None
        self.raised = []

    def is_own(self):
        return getpid() == self.process

    def send(self, kind, payload=b"", can_wait=False):
        """What can wait goes with what comes next: each message wakes the supervisor."""
        self.waiting += TOKEN + kind + len(payload).to_bytes(4, "big") + payload
        if can_wait and len(self.waiting) < MAX_WAITING:
            return
        data, self.waiting = self.waiting, b""
        try:
            while data:
                data = data[write(self.descriptor, data):]
        except OSError:
            pass

    def enter(self):
        """A session begins; one inside another is part of it."""
        self.depth += 1
        if self.depth == 1 and self.is_own():
            self.told = 0
            self.send(b"B")

    def leave(self, is_in_order):
        self.depth -= 1
        if self.depth == 0 and is_in_order and self.is_own():
            self.send(b"E", b"%d" % self.told)

    def result(self, framework, name, outcome, code=""):
        """One test's outcome: p, s or f; and what code it ran, where that is known."""
        if self.is_own():
            self.told += 1
            text = shortened(("%s %s" % (framework, name)).encode("utf-8", "backslashreplace"))
            data = outcome.encode() + text
            if code:
                self.send(b"C", code.encode("utf-8", "backslashreplace") + b"\n" + text, True)
            # The first failures are told at once, so that nothing can take them back.
            self.failures += outcome == "f"
            self.send(b"R", data, outcome != "f" or self.failures > MAX_TOLD_AT_ONCE)

    def tampered(self, name):
        if self.is_own():
            self.send(b"T", shortened(name.encode("utf-8", "backslashreplace")))


def shortened(data):
    """A name of bounded length that still tells it from others."""
    if len(data) <= MAX_NAME:
        return data
    import zlib

    return data[:MAX_NAME] + b"...%08x" % zlib.crc32(data)


class Seals:
    """Identities of the functions and classes that decide outcomes, to be compared later."""

    def __init__(self, channel):
        self.channel = channel
        self.places = []
        self.hot = []
        self.told = set()
        self.tests = 0

    def seal(self, holder, prefix, names=None, is_hot=False):
        """Every function, class and descriptor of a module's or a class's dictionary, or those named."""
        values = vars(holder)
        kept = [
            (name, values.get(name))
            for name in names or {*values, *ADDABLE}
            if names is not None or name in ADDABLE or isinstance(values[name], DECIDING)
        ]
        codes = [(name, value, value.__code__) for name, value in kept if isinstance(value, function_type)]
        codes += [(name, value.__func__, value.__func__.__code__) for name, value in kept if is_wrapping(value)]
        (self.hot if is_hot else self.places).append((values.get, prefix, kept, codes))

    def seal_module(self, module):
        """A module's functions and classes, and those of its classes."""
        name = module.__name__
        self.seal(module, name)
        for key, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ == name:
                self.seal(value, name + "." + key)

    def check(self, is_full=False):
        """Before each test what matters most; now and then, and at the end, all."""
        number = self.tests
        self.tests += 1
        if is_full or number % TESTS_PER_CHECK == 0:
            self.compare(self.hot)
        if is_full or number % TESTS_PER_FULL_CHECK == 0:
            self.compare(self.places)
            for name, get in (("sys.settrace", gettrace), ("sys.setprofile", getprofile)):
                current = get()
                if current is not None:
                    self.tell("%s %s" % (name, getattr(current, "__qualname__", type(current).__qualname__)))

    def compare(self, places):
        for get, prefix, kept, codes in places:
            for name, value in kept:
                if get(name) is not value:
                    self.tell("%s.%s" % (prefix, name))
            for name, function, code in codes:
                if function.__code__ is not code:
                    self.tell("code of %s.%s" % (prefix, name))

    def tell(self, name):
        if name not in self.told:
            self.told.add(name)
            self.channel.tampered(name)


def place_of(function, file):
    """What tells a test whose function is of another file than the test's own, such as one that was put in its place."""
    for _ in range(50):
        if not isinstance(function, function_type) or not hasattr(function, "__wrapped__"):
            break
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    if code is None or file is None or code.co_filename == file:
        return ""
    return " of " + code.co_filename


gettrace = sys.gettrace
getprofile = sys.getprofile


DECIDING = (function_type, type, classmethod, staticmethod, property)


def is_wrapping(value):
    return isinstance(value, (classmethod, staticmethod)) and isinstance(value.__func__, function_type)


# What changes a class where it is added.
ADDABLE = {"__getattribute__", "__getattr__", "__setattr__", "__new__"}
BUILTINS = """
    BaseException Exception AssertionError KeyboardInterrupt SystemExit __build_class__ __import__ abs all any bool bytes
    callable compile delattr dict dir eval exec filter float format frozenset getattr globals hasattr hash id int
    isinstance issubclass iter len list locals map max min next object print property range repr reversed round set
    setattr slice sorted str sum super tuple type vars zip
""".split()


def clean_environment(reporter, userbase, own_userbase):
    """What this process starts finds the environment as it would be without us."""
    environment = os.environ
    environment.pop("SWE_SELFPLAY_WITNESS", None)
    if environment.get("PYTHONUSERBASE") == userbase:
        if own_userbase:
            environment["PYTHONUSERBASE"] = own_userbase
        else:
            del environment["PYTHONUSERBASE"]
    ours = reporter + "/site"
    paths = environment.get("PYTHONPATH", "").split(":")
    if ours in paths:
        paths.remove(ours)
        if paths:
            environment["PYTHONPATH"] = ":".join(paths)
        else:
            del environment["PYTHONPATH"]


class Codes:
    """What code a test has, looked at before and after it ran; both where they differ, as with some plug-ins."""

    def __init__(self, describe, describe_examples):
        self.describe = describe
        self.describe_examples = describe_examples

    def look(self, called, doctest, seen):
        """Adds what there is to what was seen of a test."""
        try:
            if doctest is not None:
                text = self.describe_examples(doctest)
            elif called is not None:
                text = self.describe(called)
            else:
                return
        except Exception:
            text = "w%016d<unknown>" % 0
        if text not in seen and len(seen) < MAX_CODES:
            seen.append(text)

    def told(self, seen):
        return "\t".join(seen)


def start(name, reporter, userbase, own_userbase, order):
    """Connects; gives the function that is called with each framework's module once it is loaded."""
    channel = Channel(name)
    channel.send(b"H")
    clean_environment(reporter, userbase, own_userbase)
    seals = Seals(channel)
    seals.seal(builtins, "builtins", [known for known in BUILTINS if hasattr(builtins, known)], is_hot=True)
    seals.seal(sys, "sys", ["exit", "settrace", "setprofile", "exc_info", "_getframe"])
    seals.seal(os, "os", ["_exit", "abort", "fork", "write"])

    def load(file):
        space = {"__name__": "witness", "__unittest": True}
        with open(reporter + "/" + file, "rb") as source:
            exec(compile(source.read(), "<witness>", "exec"), space)
        return space

    codes = Codes(*load("test_code.py")["start"]())

    def watch(module):
        file = {"unittest": "watch_unittest.py", "_pytest.config": "watch_pytest.py"}[module.__name__]
        load(file)["watch"](module, channel, seals, order, place_of, codes)

    return watch
