"""Which names the statements and expressions of a module bind and use."""

import ast


class Names(Scopes):
    exported = None
    exported_at = None

    def check(self, tree):
        self.visit(tree)
        while self.later:
            self.later.popleft()()
        module = self.scopes[0]
        if self.exported and not module.has_star_import and self.filename != "__init__.py":
            for name in self.exported:
                if name not in module.names:
                    self.report(self.exported_at, "F822", "undefined name %r in __all__" % name, name)
        return [(line, column, text) for line, column, text, _ in self.findings]

    # Statements

    def branch(self, node):
        self.branches += 1
        self.generic_visit(node)
        self.branches -= 1

    visit_If = visit_While = visit_IfExp = branch

    def visit_Assign(self, node):
        self.visit(node.value)
        self.all(node.targets)
        if any(isinstance(target, ast.Name) for target in node.targets):
            self.export(node, [target.id for target in node.targets if isinstance(target, ast.Name)], [])

    def visit_AugAssign(self, node):
        if isinstance(node.target, ast.Name):
            self.load(node.target.id, node)
        self.visit(node.value)
        self.visit(node.target)
        if isinstance(node.target, ast.Name):
            self.export(node, [node.target.id], self.exported or [])

    def visit_AnnAssign(self, node):
        self.annotate(node.annotation)
        if node.value is not None:
            is_alias = self.is_typing(node.annotation, "TypeAlias")
            self.as_annotation(node.value) if is_alias else self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.bind(node.target.id, node.value is not None)
            if node.value is not None:
                self.export(node, [node.target.id], [])
        else:
            self.visit(node.target)

    def export(self, node, targets, before):
        if "__all__" not in targets or self.scopes[-1].kind != "module":
            return
        parts, value = [], node.value
        while isinstance(value, ast.BinOp) and isinstance(value.right, (ast.List, ast.Tuple)):
            parts.append(value.right)
            value = value.left
        if isinstance(value, (ast.List, ast.Tuple)):
            parts.append(value)
        names = [each.value for part in parts for each in part.elts if isinstance(each, ast.Constant)]
        self.exported = before + [name for name in names if isinstance(name, str)]
        self.exported_at = node

    def visit_Yield(self, node):
        # Outside of a function it is an error of its own, of another code.
        if self.scopes[-1].kind not in ("module", "class"):
            self.generic_visit(node)

    visit_YieldFrom = visit_Await = visit_Yield

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        for scope in reversed(self.scopes):
            if scope.kind != "comprehension":
                scope.names[node.target.id] = True
                break

    def visit_For(self, node):
        self.visit(node.iter)
        self.visit(node.target)
        self.all(node.body)
        self.all(node.orelse)

    visit_AsyncFor = visit_For

    def visit_Import(self, node):
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self.bind(name)
            if TYPING.match(alias.name):
                self.typing[name] = None

    def visit_ImportFrom(self, node):
        for alias in node.names:
            if alias.name == "*":
                self.scopes[-1].has_star_import = True
                continue
            name = alias.asname or alias.name
            self.bind(name)
            if node.module == "__future__" and alias.name == "annotations":
                self.postpones = True
            if node.level == 0 and TYPING.match(node.module or ""):
                self.typing[name] = alias.name

    def visit_Try(self, node):
        handled = []
        for handler in node.handlers:
            types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            handled += [getattr(each, "id", getattr(each, "attr", None)) for each in types]
        self.handled.append(handled)
        self.all(node.body)
        self.handled.pop()
        self.all(node.handlers)
        self.all(node.orelse)
        self.all(node.finalbody)

    visit_TryStar = visit_Try

    def visit_ExceptHandler(self, node):
        self.all([node.type])
        names = self.scopes[-1].names
        before = names.get(node.name)
        if node.name:
            names[node.name] = True
        self.all(node.body)
        if node.name:
            # The name is gone after the handler.
            names.pop(node.name, None)
            if before is not None:
                names[node.name] = before

    def visit_MatchAs(self, node):
        self.generic_visit(node)
        if node.name:
            self.bind(node.name)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node):
        self.generic_visit(node)
        if node.rest:
            self.bind(node.rest)

    # Functions, classes and comprehensions

    def visit_FunctionDef(self, node):
        self.all(node.decorator_list)
        self.with_type_parameters(node, lambda: self.function(node, node.body))
        self.bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self.function(node, [node.body])

    def function(self, node, body):
        given = node.args
        arguments = [*getattr(given, "posonlyargs", []), *given.args, *given.kwonlyargs]
        arguments += [each for each in (given.vararg, given.kwarg) if each]
        names = [each.arg for each in arguments]
        for index, name in enumerate(names):
            if name in names[:index]:
                self.report(node, "F831", "duplicate argument name %r in function definition" % name)
        for each in arguments:
            self.annotate(each.annotation)
        self.annotate(getattr(node, "returns", None))
        self.all([*given.defaults, *given.kw_defaults])

        def run():
            for name in names:
                self.bind(name)
            self.all(body)

        self.defer(lambda: self.inside("function", run))

    def visit_ClassDef(self, node):
        self.all(node.decorator_list)

        def define():
            self.all([*node.bases, *node.keywords])
            self.inside("class", lambda: self.all(node.body))

        self.with_type_parameters(node, define)
        self.bind(node.name)

    def with_type_parameters(self, node, define):
        parameters = getattr(node, "type_params", [])

        def run():
            for parameter in parameters:
                self.bind(parameter.name)
                self.postpone(getattr(parameter, "bound", None))
            define()

        if parameters:
            self.inside("types", run)
        else:
            define()

    def visit_TypeAlias(self, node):
        self.with_type_parameters(node, lambda: self.postpone(node.value))
        self.visit(node.name)

    def comprehension(self, node):
        first = node.generators[0]
        self.visit(first.iter)

        def run():
            for generator in node.generators:
                if generator is not first:
                    self.visit(generator.iter)
                self.visit(generator.target)
                self.all(generator.ifs)
            self.all([getattr(node, field, None) for field in ("key", "value", "elt")])

        self.inside("comprehension", run)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension
