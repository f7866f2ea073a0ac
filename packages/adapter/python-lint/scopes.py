"""The scopes of a module while it is walked as it runs, bodies of functions when all else has been seen."""

import ast
import builtins
import re
import sys
from collections import deque

MODULE_NAMES = {*dir(builtins), "__file__", "__builtins__", "__annotations__", "WindowsError"}
CLASS_NAMES = {"__module__", "__qualname__", "__firstlineno__"}
TYPING = re.compile(r"typing(_extensions)?$")


class Scope:
    def __init__(self, kind):
        self.kind = kind  # module, class, function, comprehension or types
        self.names = {}  # each with True, or False where it is annotated and has no value
        self.has_star_import = False


class Scopes(ast.NodeVisitor):
    """What is bound where, and annotations, in which strings are code; reports names that nothing binds."""

    def __init__(self, filename):
        self.filename = filename
        self.scopes = [Scope("module")]
        self.later = deque()
        self.findings = []
        self.handled = [()]
        self.branches = 0
        self.annotation = None  # None, "bare" (evaluated, with strings as code) or "postponed"
        self.postpones = False
        self.typing = {}

    def report(self, node, code, text, name=None):
        self.findings.append((node.lineno, node.col_offset, "%s %s" % (code, text), (code, name)))

    def defer(self, function):
        scopes, annotation = list(self.scopes), self.annotation

        def run():
            self.scopes, self.annotation, self.branches = list(scopes), annotation, 0
            function()

        self.later.append(run)

    def inside(self, kind, visit):
        self.scopes.append(Scope(kind))
        visit()
        self.scopes.pop()

    def all(self, nodes):
        for node in nodes:
            if node is not None:
                self.visit(node)

    def bind(self, name, has_value=True):
        names = self.scopes[-1].names
        if has_value or name not in names:
            names[name] = has_value

    def load(self, name, node):
        reaches_class = None
        for scope in reversed(self.scopes):
            if scope.kind == "class":
                if name == "__class__":
                    return
                if reaches_class is False:
                    continue
            bound = scope.names.get(name)
            if bound is False and self.annotation != "postponed":
                continue
            if bound is not None:
                return
            if reaches_class is not False:
                reaches_class = scope.kind in ("comprehension", "types")
        if name in MODULE_NAMES or any(scope.has_star_import for scope in self.scopes):
            return
        if name == "__path__" and self.filename == "__init__.py":
            return
        if name in CLASS_NAMES and self.scopes[-1].kind == "class":
            return
        if "NameError" not in self.handled[-1]:
            self.report(node, "F821", "undefined name %r" % name, name)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.load(node.id, node)
        elif isinstance(node.ctx, ast.Store):
            self.bind(node.id)
        elif not self.branches:
            # Within a branch it may not happen.
            if self.scopes[-1].names.pop(node.id, None) is None:
                self.report(node, "F821", "undefined name %r" % node.id, node.id)

    def visit_Global(self, node):
        if len(self.scopes) == 1:
            return
        for name in node.names:
            self.findings = [found for found in self.findings if found[3] != ("F821", name)]
            self.scopes[0].names.setdefault(name, True)
            for scope in self.scopes[1:]:
                scope.names[name] = True

    visit_Nonlocal = visit_Global

    # Annotations, in which strings are code

    def annotate(self, node):
        if node is None:
            return
        if self.postpones or sys.version_info >= (3, 14):
            self.postpone(node)
        else:
            self.as_annotation(node)

    def postpone(self, node):
        if node is not None:
            self.defer(lambda: self.as_annotation(node, "postponed"))

    def as_annotation(self, node, kind="bare"):
        before, self.annotation = self.annotation, kind
        self.visit(node)
        self.annotation = before

    def visit_Constant(self, node):
        if self.annotation is None or not isinstance(node.value, str):
            return
        try:
            expression = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return
        for each in ast.walk(expression):
            if hasattr(each, "lineno"):
                each.lineno, each.col_offset = node.lineno, node.col_offset
        self.postpone(expression)

    def visit_Subscript(self, node):
        self.visit(node.value)
        name = getattr(node.value, "id", getattr(node.value, "attr", None))
        if name == "Literal":
            self.as_annotation(node.slice, None)
        elif name == "Annotated" and isinstance(node.slice, ast.Tuple):
            self.visit(node.slice.elts[0])
            for each in node.slice.elts[1:]:
                self.as_annotation(each, None)
        elif self.annotation is None and self.typing_name(node.value):
            self.as_annotation(node.slice)
        else:
            self.visit(node.slice)

    def visit_Call(self, node):
        self.visit(node.func)
        name = self.typing_name(node.func)
        types = {"cast": slice(0, 1), "assert_type": slice(1, None), "TypeVar": slice(1, None), "NewType": slice(1, None)}
        typed = node.args[types[name]] if name in types else []
        for each in node.args:
            self.as_annotation(each, "bare" if each in typed else None) if name in types else self.visit(each)
        for each in node.keywords:
            if name == "TypeVar" and each.arg in ("bound", "default"):
                self.as_annotation(each.value)
            else:
                self.visit(each.value)

    def typing_name(self, node):
        """The name that something of the module typing has there."""
        if isinstance(node, ast.Name):
            return self.typing.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return node.attr if self.typing.get(node.value.id, "") is None else None
        return None

    def is_typing(self, node, name):
        return self.typing_name(node) == name
