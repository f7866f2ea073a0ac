"""Bytecode of Python: whether it was made of the original. Versions other than this one are searched as bytes."""

import importlib.util
import marshal
import re
import types

IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{5,}")
MAX_CODES = 20_000
SHARE_OF_COPY = 0.5


def is_bytecode(name, data):
    return (name.endswith((".pyc", ".pyo")) or "__pycache__/" in name) and data[2:4] == b"\r\n"


def describe(value):
    if isinstance(value, types.CodeType):
        return "code"
    if isinstance(value, (tuple, list)):
        return f"({','.join(map(describe, value))})"
    if isinstance(value, frozenset):
        return f"{{{','.join(sorted(map(describe, value)))}}}"
    return f"{type(value).__name__} {value!r}"


def functions_of(code):
    """What each function does, without where it lies in which file."""
    found = {}
    pending = [code]
    while pending and len(found) < MAX_CODES:
        part = pending.pop()
        what = (part.co_code, describe(part.co_consts), part.co_names, part.co_varnames, part.co_flags)
        found[(part.co_name, hash(what))] = part.co_name
        pending.extend(each for each in part.co_consts if isinstance(each, types.CodeType))
    return found


class Bytecode:
    """Tells bytecode of the original of one file from that of what the solver sees."""

    def __init__(self, request):
        self.texts = [text.encode("latin-1") for text in (request["original"], *request["known"]) if text is not None]
        self.functions = None
        self.identifiers = set()
        if request["original"] is not None:
            original, *known = self.texts
            self.identifiers = set(IDENTIFIER.findall(original))
            self.names = self.identifiers.difference(*(IDENTIFIER.findall(text) for text in known))

    def removed_functions(self):
        """Functions that only the original has, at all levels of optimisation. Made when the first bytecode is met."""
        if self.functions is None:
            self.functions = {}
            original, *known = self.texts
            for level in (0, 1, 2):
                self.functions.update(self.compiled(original, level))
            self.is_comparable = len(self.functions) > 0
            for level in (0, 1, 2):
                for text in known:
                    for key in self.compiled(text, level):
                        self.functions.pop(key, None)
        return self.functions

    @staticmethod
    def compiled(text, level):
        try:
            return functions_of(compile(text, "module.py", "exec", dont_inherit=True, optimize=level))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return {}

    def search(self, name, data, stem):
        """None, or what of the original is in this bytecode."""
        if not self.identifiers:
            return None
        if data[:4] == importlib.util.MAGIC_NUMBER:
            try:
                code = marshal.loads(data[16:])
                removed = self.removed_functions()
                found = sorted({removed[key] for key in functions_of(code) if key in removed})
                if self.is_comparable:
                    return {"functions": found} if found else None
            except (ValueError, EOFError, TypeError, AttributeError, RecursionError, MemoryError):
                pass
        # Without the means to compare code there are only names to go by: those of a copy are there as a rule.
        if sum(each in data for each in self.identifiers) < SHARE_OF_COPY * len(self.identifiers):
            return None
        names = sorted(name.decode() for name in self.names if name in data)
        if names:
            return {"names": names[:20]}
        written_by = f"{stem}.py".encode() in data or name.rpartition("/")[2].split(".")[0] == stem
        return {"version": True} if written_by else None
