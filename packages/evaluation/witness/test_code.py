"""Tells by digests which code a test runs: that of its function, of all that this wraps, and of functions in their closures."""
import functools
import os
import types

try:
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

function_type = types.FunctionType
code_type = types.CodeType
method_type = types.MethodType
partial_type = functools.partial
MAX_WRAPPED = 10
MAX_ENCLOSED = 10
MAX_SEEN = 64
MAX_PATH = 200
DIGEST = 8
FIELDS = """
    co_name co_argcount co_posonlyargcount co_kwonlyargcount co_flags co_names co_varnames co_freevars co_cellvars
    co_code co_exceptiontable
""".split()


def start():
    """The function that describes the code of callables, and the one that describes a doctest."""
    folder = os.getcwd()
    normal_path = os.path.normpath
    digests = {}
    paths = {}

    def digest_of(code):
        # The code object is kept, so that no other gets its identity.
        known = digests.get(id(code))
        if known is None:
            hash = blake2b(digest_size=DIGEST)
            feed_code(hash.update, code)
            known = digests[id(code)] = hash.hexdigest(), path_of(code.co_filename), code
        return known

    def path_of(name):
        path = paths.get(name)
        if path is None:
            path = name if name.startswith("<") else normal_path(folder + "/" + name if name[:1] != "/" else name)
            path = path.translate(CONTROLS)
            if len(path) > MAX_PATH:
                path = path[:MAX_PATH] + blake2b(path.encode("utf-8", "replace"), digest_size=DIGEST).hexdigest()
            paths[name] = path
        return path

    def part(kind, function):
        digest, path, _ = digest_of(function.__code__)
        defaults, named = function.__defaults__, function.__kwdefaults__
        if defaults or named:
            # Values may be of any kind; what is told of them is how many there are and of which types.
            types = [type(value).__name__ for value in defaults or ()]
            types += sorted("%s=%s" % (name, type(value).__name__) for name, value in (named or {}).items())
            digest = blake2b(" ".join([digest, *types]).encode(), digest_size=DIGEST).hexdigest()
        return kind + digest + path

    def describe(called):
        """Parts of equal rank apart by tabs: w (called or wrapped) or c (in a closure), a digest, and the file of the code."""
        parts = []
        enclosing = []
        for _ in range(MAX_WRAPPED):
            function = function_of(called)
            if function is None:
                # What Python cannot look into has a part all the same.
                parts.append("w" + "0" * 2 * DIGEST + "<%s>" % type(called).__name__.translate(CONTROLS))
                break
            parts.append(part("w", function))
            enclosing.append(function)
            called = wrapped_by(function)
            if called is None:
                break
        else:
            parts.append("w" + "0" * 2 * DIGEST + "<and more>")
        seen = {id(function) for function in enclosing}
        found = 0
        for function in enclosing:
            for cell in function.__closure__ or ():
                inner = content_of(cell)
                if inner is None:
                    continue
                if found < MAX_ENCLOSED:
                    parts.append(part("c", inner))
                    found += 1
                if id(inner) not in seen and len(enclosing) < MAX_SEEN:
                    seen.add(id(inner))
                    enclosing.append(inner)
        return "\t".join(parts)

    def describe_examples(test):
        """A doctest's examples."""
        hash = blake2b(digest_size=DIGEST)
        for example in test.examples:
            feed(hash.update, (example.source, example.want, example.exc_msg, sorted(example.options.items())))
        return "w" + hash.hexdigest() + path_of(test.filename or "<nowhere>")

    return describe, describe_examples


CONTROLS = {number: "?" for number in range(32)}


def function_of(called):
    """The function that a call runs; None where it is none of Python."""
    for _ in range(MAX_WRAPPED):
        kind = type(called)
        if kind is function_type:
            return called
        if kind is method_type:
            called = called.__func__
        elif kind is partial_type:
            called = called.func
        else:
            call = getattr(kind, "__call__", None)
            return call if type(call) is function_type else None
    return None


def wrapped_by(function):
    own = function.__dict__
    if "__wrapped__" in own:
        return own["__wrapped__"]
    return getattr(own.get("hypothesis"), "inner_test", None)


def content_of(cell):
    try:
        content = cell.cell_contents
    except ValueError:
        return None
    return content if type(content) is function_type else None


def feed_code(update, code):
    """All of a code object that says what it does; nothing that says where it is from."""
    for name in FIELDS:
        feed(update, getattr(code, name, None))
    feed(update, code.co_consts)


def feed(update, value):
    """Constants by type and value, each told apart from what follows; sets in an order that hangs on no hash seed."""
    kind = type(value)
    if kind is code_type:
        update(b"code(")
        feed_code(update, value)
        update(b")")
        return
    if kind is tuple or kind is list:
        update(b"(%d:" % len(value))
        for one in value:
            feed(update, one)
        return
    if kind is frozenset:
        items = []
        for one in value:
            hash = blake2b(digest_size=DIGEST)
            feed(hash.update, one)
            items.append(hash.digest())
        feed(update, sorted(items))
        return
    if kind is str:
        data = value.encode("utf-8", "surrogatepass")
    elif kind is bytes:
        data = value
    elif kind is int:
        # No decimals: their number is limited.
        data = b"%x" % value
    else:
        data = repr(value).encode("utf-8", "surrogatepass")
    update(b"%s %d:" % (kind.__name__.encode(), len(data)))
    update(data)
