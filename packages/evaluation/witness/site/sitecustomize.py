"""Lets the reporter's watcher in where user sites are off, then gives way to the environment's own sitecustomize."""


def _enter():
    import os
    import sys

    here = os.path.dirname(__file__)
    sys.path[:] = [path for path in sys.path if path != here]
    del sys.modules["sitecustomize"]
    told = os.environ.get("SWE_SELFPLAY_WITNESS", "")
    if told.count("|") == 4 and not any(getattr(finder, "__qualname__", "").startswith("boot.") for finder in sys.meta_path):
        with open(told.split("|")[1] + "/boot.py", "rb") as file:
            space = {"__name__": "witness"}
            exec(compile(file.read(), "<witness>", "exec"), space)
        space["boot"](told)
    # Where there is none, the error is the one that Python's start expects.
    import sitecustomize


_enter()
