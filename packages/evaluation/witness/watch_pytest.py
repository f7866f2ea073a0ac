"""Sees the outcome of each pytest test twice: by the exceptions that leave its phases, and by the report that is told of it."""
import functools
import operator
import sys
import types

__unittest = True
is_same = operator.is_

DECIDING_MODULES = """
    _pytest.runner _pytest.reports _pytest.python _pytest.python_api _pytest.raises _pytest.approx _pytest.outcomes
    _pytest.assertion.rewrite _pytest.assertion.util _pytest.assertion _pytest.skipping _pytest.terminal
    _pytest.unittest _pytest.main _pytest.nodes _pytest.fixtures _pytest.config _pytest.subtests _pytest.logging
    _pytest._code.code _pytest.recwarn pluggy._callers pluggy._hooks pluggy._manager pluggy._result
""".split()
DECIDING_HOOKS = """
    pytest_runtest_protocol pytest_runtest_setup pytest_runtest_call pytest_runtest_teardown pytest_pyfunc_call
    pytest_runtest_makereport pytest_runtest_logreport pytest_report_teststatus pytest_fixture_setup
    pytest_exception_interact pytest_collection_modifyitems pytest_pycollect_makeitem pytest_sessionfinish
""".split()


def watch(module, channel, seals, order, place_of, codes):
    entry = "_main" if hasattr(module, "_main") else "main"
    run = getattr(module, entry)
    make_config = module.get_config
    state = {"is_sealed": False, "has_plugin": False}

    @functools.wraps(run)
    def main(*arguments, **named):
        if channel.depth:
            return run(*arguments, **named)
        channel.enter()
        channel.is_pytest = True
        state["has_plugin"] = False
        is_in_order = False
        try:
            outcome = run(*arguments, **named)
            is_in_order = True
            return outcome
        except SystemExit:
            is_in_order = True
            raise
        finally:
            seals.check(True)
            channel.is_pytest = False
            channel.leave(is_in_order)

    @functools.wraps(make_config)
    def get_config(*arguments, **named):
        config = make_config(*arguments, **named)
        if channel.is_pytest and not state["has_plugin"]:
            state["has_plugin"] = True
            import pytest

            plugin = plugin_for(pytest, channel, seals, order, place_of, codes)
            config.pluginmanager.register(plugin, "%x" % id(plugin))
        if channel.is_pytest and not state["is_sealed"]:
            state["is_sealed"] = True
            for name in DECIDING_MODULES:
                if name in sys.modules:
                    seals.seal_module(sys.modules[name])
            runner = sys.modules["_pytest.runner"]
            seals.seal(runner, "_pytest.runner", is_hot=True)
            seals.seal(runner.CallInfo, "_pytest.runner.CallInfo", is_hot=True)
        return config

    setattr(module, entry, main)
    module.get_config = get_config


def plugin_for(pytest, channel, seals, order, place_of, codes):
    """Our plug-in, as an object that belongs to no module."""
    outcomes = {}
    has_raised = {}
    places = {}
    code_seen = {}
    raised = channel.raised
    known = {}

    def describe(implementation):
        function = implementation.function
        code = getattr(function, "__code__", None)
        place = getattr(code, "co_filename", type(function).__qualname__)
        return "%s:%s" % (place, getattr(function, "__qualname__", ""))

    def check_hooks(config):
        """Names what came to the hooks that decide since the session began; a conftest.py of a directory does so too."""
        for name in DECIDING_HOOKS:
            caller = getattr(config.hook, name)
            current = caller._hookimpls if hasattr(caller, "_hookimpls") else caller.get_hookimpls()
            before = known.get(name)
            if before is None or len(before) != len(current) or not all(map(is_same, before, current)):
                if before is not None:
                    for implementation in current:
                        if not any(implementation is other for other in before):
                            seals.tell("hook %s of %s" % (name, describe(implementation)))
                known[name] = list(current)

    def note(nodeid, outcome):
        """The worst outcome of a test's phases counts."""
        outcomes[nodeid] = max(outcomes.get(nodeid, "p"), outcome, key="psf".index)

    def phase(self, item):
        del raised[:]
        channel.item = item
        yielded = yield
        channel.item = None
        if yielded.excinfo is not None:
            raised.append(yielded.excinfo[0])

    def look(item):
        try:
            dtest = getattr(item, "dtest", None)
            called = getattr(item, "obj", None) if dtest is None else None
        except Exception:
            return
        codes.look(called, dtest, code_seen.setdefault(item.nodeid, []))

    def call_phase(self, item):
        del raised[:]
        channel.item = item
        channel.look = lambda: look(item)
        look(item)
        yielded = yield
        look(item)
        channel.look = None
        channel.item = None
        if yielded.excinfo is not None:
            raised.append(yielded.excinfo[0])

    class Plugin:
        @pytest.hookimpl(trylast=True)
        def pytest_sessionstart(self, session):
            check_hooks(session.config)

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items):
            if order:
                reorder(items, order)

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(self, item):
            seals.check()
            check_hooks(item.config)
            place = place_of(getattr(item, "function", None), str(getattr(item, "fspath", "")))
            if place:
                places[item.nodeid] = place

        pytest_runtest_setup = pytest.hookimpl(hookwrapper=True, trylast=True)(
            renamed(phase, "pytest_runtest_setup")
        )
        pytest_runtest_call = pytest.hookimpl(hookwrapper=True, trylast=True)(
            renamed(call_phase, "pytest_runtest_call")
        )
        pytest_runtest_teardown = pytest.hookimpl(hookwrapper=True, trylast=True)(
            renamed(phase, "pytest_runtest_teardown")
        )

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_makereport(self, item, call):
            yielded = yield
            if yielded.excinfo is not None:
                return
            failing = [kind for kind in raised if not issubclass(kind, skips)]
            del raised[:]
            has_raised[item.nodeid, call.when] = bool(failing)

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logreport(self, report):
            nodeid, outcome = report.nodeid, report.outcome
            is_plain = outcome == "passed" and not hasattr(report, "wasxfail")
            if has_raised.pop((nodeid, report.when), False) and is_plain:
                note(nodeid, "f")
                seals.tell("report of a test that raised")
            elif outcome == "failed":
                note(nodeid, "f")
            elif outcome == "rerun":
                outcomes.pop(nodeid, None)
            elif not is_plain:
                note(nodeid, "s")
            elif report.when == "call":
                note(nodeid, "p")
            is_last = report.when == "teardown"
            if nodeid in outcomes and (is_last or outcomes[nodeid] == "f"):
                code = codes.told(code_seen.get(nodeid, ()))
                channel.result("pytest", nodeid + places.get(nodeid, ""), outcomes[nodeid], code)
            if is_last:
                outcomes.pop(nodeid, None)
                code_seen.pop(nodeid, None)

        @pytest.hookimpl(tryfirst=True)
        def pytest_sessionfinish(self, session):
            check_hooks(session.config)

    skips = (pytest.skip.Exception,)
    unittest = sys.modules.get("unittest")
    if unittest is not None:
        skips += (unittest.SkipTest,)
    return Plugin()


def renamed(function, name):
    return types.FunctionType(function.__code__, function.__globals__, name, None, function.__closure__)


def reorder(items, order):
    """Another order of modules, of classes in a module and of tests in a class, which stay together."""
    import random

    kind, _, seed = order.partition(":")
    generator = random.Random(int(seed or 0))

    def change(items, depth):
        groups = {}
        for index, item in enumerate(items):
            parts = item.nodeid.split("[")[0].split("::")
            # Tests that stand beside classes are groups of one.
            key = tuple(parts[: depth + 1]) if depth + 1 < len(parts) else (index,)
            groups.setdefault(key, []).append(item)
        ordered = [change(group, depth + 1) if len(group) > 1 else group for group in groups.values()]
        if kind == "reversed":
            ordered.reverse()
        else:
            generator.shuffle(ordered)
        return [item for group in ordered for item in group]

    items[:] = change(list(items), 0)
