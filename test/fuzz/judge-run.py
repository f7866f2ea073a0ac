"""Runs test_script.sh on an unpacked tree and reads its output with test_parser.py; says what came of it as JSON.

judge-run.py HARNESS REPEAT SECONDS, in an empty directory. The report is strict JSON: no key twice, nothing behind it.
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import threading

MAX_OUTPUT = 16 * 1024**2
harness, repeat, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])


def pairs(items):
    found = dict(items)
    if len(found) != len(items):
        raise ValueError("a key twice")
    return found


def refuse(name):
    raise ValueError(name)


def bounded(arguments, given, hash_seed, limit, where):
    """Output and exit code; None where time or output run out."""
    merged = subprocess.STDOUT if given is None else subprocess.DEVNULL
    child = subprocess.Popen(
        arguments,
        cwd=where,
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=merged,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        start_new_session=True,
    )
    late = []
    timer = threading.Timer(limit, lambda: (late.append(True), os.killpg(child.pid, 9)))
    timer.start()
    if given is not None:
        threading.Thread(target=feed, args=(child.stdin, given), daemon=True).start()
    output = child.stdout.read(MAX_OUTPUT + 1)
    if len(output) > MAX_OUTPUT:
        late.append(True)
        os.killpg(child.pid, 9)
    code = child.wait()
    timer.cancel()
    return None if late else (output, code)


def feed(pipe, given):
    try:
        pipe.write(given)
        pipe.close()
    except OSError:
        pass


def read(output):
    """The report, sorted; None where the parser does not keep to its format."""
    with tempfile.TemporaryDirectory() as empty:
        parsed = bounded(["python3", f"{harness}/test_parser.py"], output, "0", min(30, seconds), empty)
    if parsed is None or parsed[1] != 0:
        return None
    try:
        report = json.loads(parsed[0].decode("utf-8"), object_pairs_hook=pairs, parse_constant=refuse)
        if not isinstance(report, dict) or "" in report:
            return None
        for identity in report:
            identity.encode("utf-8")
        if any(status not in ("passed", "failed") for status in report.values()):
            return None
    except (ValueError, RecursionError):
        return None
    return dict(sorted(report.items()))


with tarfile.open(f"{harness}/tree.tar") as tree:
    tree.extractall(".")
ran = bounded(["bash", f"{harness}/test_script.sh"], None, repeat, seconds, ".")
if ran is None:
    print(json.dumps({"ended": False, "why": "cut"}))
else:
    report = read(ran[0])
    found = {"ended": True, "report": report}
    if repeat == "0":
        found["again"] = read(ran[0]) == report
        found["inventsPasses"] = "passed" in (read(b"") or {}).values()
    print(json.dumps(found))
