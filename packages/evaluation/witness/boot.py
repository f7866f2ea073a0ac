"""Waits in each Python process until a test framework is imported, then lets the reporter in. Costs next to nothing before."""


def boot(told):
    import os
    import sys

    name, reporter, userbase, own_userbase, order = told.split("|")
    frameworks = {"unittest", "_pytest", "_pytest.config"}
    state = {}

    def load():
        if "reporter" not in state:
            state["reporter"] = None
            space = {"__name__": "witness", "__unittest": True}
            with open(reporter + "/reporter.py", "rb") as file:
                exec(compile(file.read(), "<witness>", "exec"), space)
            state["reporter"] = space["start"](name, reporter, userbase, own_userbase, order)
        return state["reporter"]

    class Watcher:
        @staticmethod
        def find_spec(module, path=None, target=None):
            if module not in frameworks or "is_busy" in state:
                return None
            state["is_busy"] = True
            try:
                watch = load()
                for finder in sys.meta_path:
                    find = getattr(finder, "find_spec", None)
                    spec = find(module, path, target) if finder is not Watcher and find else None
                    if spec is not None:
                        if watch is not None and module != "_pytest":
                            follow(spec.loader, watch)
                        return spec
            except Exception:
                pass
            finally:
                del state["is_busy"]
            return None

    def follow(loader, watch):
        """A module is found more often than it is loaded; only then is it watched."""
        execute = loader.exec_module

        def exec_module(module):
            del loader.exec_module
            execute(module)
            frameworks.discard(module.__name__)
            if frameworks == {"_pytest"}:
                sys.meta_path.remove(Watcher)
            try:
                watch(module)
            except Exception:
                pass  # A framework that we do not know has no witness; its tests run all the same.

        loader.exec_module = exec_module

    def give_way(site):
        """Puts the user's own site where it would be without us."""
        ours = site.USER_SITE
        sys.path[:] = [path for path in sys.path if path != ours]
        site.USER_BASE = own_userbase or os.path.join(os.path.expanduser("~"), ".local")
        site.USER_SITE = site.USER_BASE + ours[len(userbase):]
        if os.path.isdir(site.USER_SITE):
            site.addsitedir(site.USER_SITE)

    sys.meta_path.insert(0, Watcher)
    site = sys.modules.get("site")
    if (getattr(site, "USER_SITE", None) or "").startswith(userbase + "/"):
        give_way(site)
