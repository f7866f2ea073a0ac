"""Sees the outcome of each unittest test by the exceptions that leave its parts, before any result object hears of them."""
import _thread
import functools
import sys

__unittest = True


class Parts:
    """Takes the place of what a test's parts are run in, and sees what they raise."""

    def __init__(self, inner, seen, look):
        self.inner = inner
        self.seen = seen
        self.look = look

    def __enter__(self):
        return self.inner.__enter__()

    def __exit__(self, kind, value, traceback):
        self.look()
        if kind is not None:
            self.seen.append(kind)
        return self.inner.__exit__(kind, value, traceback)


def nothing():
    pass


def watch(unittest, channel, seals, order, place_of, codes):
    case, suite_module = unittest.case, unittest.suite
    SkipTest, FunctionTestCase = case.SkipTest, case.FunctionTestCase
    should_stop = getattr(case, "_ShouldStop", SkipTest)
    local = _thread._local()
    state = {"is_ordered": False}

    def tests_running():
        """What is seen of the tests that run in this thread, innermost last."""
        if not hasattr(local, "running"):
            local.running = []
        return local.running

    run_part = case._Outcome.testPartExecutor

    @functools.wraps(run_part)
    def testPartExecutor(self, test_case, *arguments, **named):
        inner = run_part(self, test_case, *arguments, **named)
        running = tests_running()
        # The parts of a test under pytest are told apart from those of its subtests, which have reports of their own.
        if not running or (channel.is_pytest and isinstance(test_case, case._SubTest)):
            return inner
        seen = running[-1]
        seen["parts"] += 1
        return Parts(inner, seen["raised"], seen["look"])

    case._Outcome.testPartExecutor = testPartExecutor

    run_test = case.TestCase.run

    @functools.wraps(run_test)
    def run(self, result=None):
        seen = {"parts": 0, "raised": [], "look": nothing}
        running = tests_running()
        is_own = not running and not channel.is_pytest
        code = []
        if is_own:
            seals.check()
            channel.enter()
            called = called_by(self)
            seen["look"] = lambda: codes.look(*called, code)
        elif is_of_item(self):
            seen["look"] = channel.look
        running.append(seen)
        is_in_order = False
        try:
            outcome = run_test(self, result)
            is_in_order = True
            return outcome
        finally:
            running.pop()
            if is_own:
                try:
                    codes.look(*called_by(self), code)
                    channel.result("unittest", name_of(self), outcome_of(self, seen, is_in_order), codes.told(code))
                except Exception:
                    pass  # A test that cannot be named is none that must pass.
                channel.leave(is_in_order)
            elif is_of_item(self):
                channel.raised.extend(kind for kind in seen["raised"] if not issubclass(kind, SkipTest))

    case.TestCase.run = run

    def is_of_item(test):
        return any(getattr(channel.item, name, None) is test for name in ("_testcase", "instance"))

    def called_by(test):
        """What a test calls, or else its doctest."""
        try:
            if isinstance(test, FunctionTestCase):
                return test._testFunc, None
            doctest = getattr(test, "_dt_test", None)
            return (getattr(test, test._testMethodName, None) if doctest is None else None), doctest
        except Exception:
            return None, None

    def name_of(test):
        function = getattr(type(test), getattr(test, "_testMethodName", ""), None)
        module = sys.modules.get(type(test).__module__)
        return test.id() + place_of(function, getattr(module, "__file__", None))

    def outcome_of(test, seen, is_in_order):
        raised = [kind for kind in seen["raised"] if not issubclass(kind, should_stop) or kind is SkipTest]
        method = getattr(test, getattr(test, "_testMethodName", ""), None)
        if not is_in_order:
            return "f"
        if any(getattr(part, "__unittest_expecting_failure__", False) for part in (test, method)):
            return "s"
        if any(not issubclass(kind, SkipTest) for kind in raised):
            return "f"
        # A test whose parts were not run was skipped as a whole.
        return "s" if raised or seen["parts"] == 0 else "p"

    def as_session(function, ends_in_order=()):
        """A call that is a session where it is the outermost one."""

        @functools.wraps(function)
        def call(*arguments, **named):
            if channel.is_pytest or tests_running():
                return function(*arguments, **named)
            channel.enter()
            is_in_order = False
            try:
                outcome = function(*arguments, **named)
                is_in_order = True
                return outcome
            except ends_in_order:
                is_in_order = True
                raise
            finally:
                if channel.depth == 1:
                    seals.check(True)
                channel.leave(is_in_order)

        return call

    def ordered(function):
        @functools.wraps(function)
        def call(self, *arguments, **named):
            if order and not channel.is_pytest and not tests_running() and not state["is_ordered"]:
                state["is_ordered"] = True
                try:
                    reorder(self, order, suite_module.BaseTestSuite)
                    return function(self, *arguments, **named)
                finally:
                    state["is_ordered"] = False
            return function(self, *arguments, **named)

        return call

    base = suite_module.BaseTestSuite
    base.run = as_session(ordered(base.run))
    suite_module.TestSuite.run = as_session(ordered(suite_module.TestSuite.run))
    unittest.runner.TextTestRunner.run = as_session(unittest.runner.TextTestRunner.run)
    unittest.main.__init__ = as_session(unittest.main.__init__, SystemExit)

    for module in (case, suite_module, unittest.runner, unittest.result, unittest.loader, sys.modules["unittest.main"]):
        seals.seal_module(module)
    seals.seal(case.TestCase, "unittest.case.TestCase", is_hot=True)
    seals.seal(case._Outcome, "unittest.case._Outcome", is_hot=True)


def reorder(suite, order, suite_type):
    """Another order on each level, so that the tests of a class and of a module stay together."""
    import random

    kind, _, seed = order.partition(":")
    generator = random.Random(int(seed or 0))

    def change(suite):
        tests = getattr(suite, "_tests", None)
        if not isinstance(suite, suite_type) or not isinstance(tests, list):
            return
        for test in tests:
            change(test)
        if kind == "reversed":
            tests.reverse()
        else:
            generator.shuffle(tests)

    change(suite)
