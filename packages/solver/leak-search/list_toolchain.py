"""Prints what lies outside the workspace: a line of JSON for its files, then the checksums of their lines.

Standard input: {"roots": paths, "leftOut": paths, "content": "stamp" | "names" | "lines"}.
"""

import hashlib
import json
import multiprocessing
import os
import re
import sys

MAX_INDEXED = 8 * 1024**2
MAX_MODULES = 400
MAX_WORKERS = 8
MODULE = re.compile(rb"/([A-Za-z_][A-Za-z0-9_]*)\.py\b")


def listed(request):
    """Paths of all files, and the object stores and archives among them."""
    paths, stores = [], []
    for root in request["roots"]:
        for directory, directories, names in walk(root, {*NEVER, *request["leftOut"]}):
            directories.sort()
            store = objects_directory(directory, directories)
            if store:
                stores.append(store)
            paths.extend(os.path.join(directory, name) for name in sorted(names))
    return paths, stores


def stamp_of(paths):
    """Changes when a file comes, goes or is written."""
    stamp = hashlib.sha256()
    for path in paths:
        try:
            status = os.lstat(path)
        except OSError:
            continue
        stamp.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
    return stamp.hexdigest()


def lines_of(path):
    """Checksums of the lines of one file, or of each member of an archive, and names of modules that bytecode names."""
    try:
        data = read_regular(path, MAX_INDEXED)
    except ValueError:
        return [], []
    sums, modules = [], set()
    if data:
        add_lines(path, data, sums, modules, Budget(), 0)
    return sums, sorted(modules)[:MAX_MODULES]


def add_lines(name, data, sums, modules, budget, depth):
    if is_bytecode(name, data):
        modules.update(stem.decode() for stem in MODULE.findall(data))
        if depth:
            modules.add(os.path.basename(name).split(".")[0])
    elif is_text(data):
        sums.append(fingerprints(data).tobytes())
    elif depth < MAX_DEPTH:
        try:
            for member, content in members_of(name, data, budget):
                add_lines(member, content, sums, modules, budget, depth + 1)
        except Unreadable:
            pass


def list_toolchain():
    request = json.load(sys.stdin)
    paths, stores = listed(request)
    if request["content"] == "stamp":
        print(json.dumps({"stamp": stamp_of(paths)}))
        return
    packs = [path for path in paths if path.endswith((".bundle", ".pack")) and not OBJECT_FILE.search(path)]
    described = {"paths": paths, "stores": stores, "packs": packs, "modules": {}, "counts": []}
    found = []
    if request["content"] == "lines":
        with multiprocessing.get_context("fork").Pool(min(os.cpu_count() or 1, MAX_WORKERS)) as pool:
            for number, (sums, modules) in enumerate(pool.imap(lines_of, paths, chunksize=64)):
                described["counts"].append([len(each) // 4 for each in sums])
                found.extend(sums)
                for stem in modules:
                    if stem != os.path.basename(paths[number]).split(".")[0]:
                        described["modules"].setdefault(stem, []).append(number)
    sys.stdout.buffer.write(json.dumps(described).encode() + b"\n")
    for sums in found:
        sys.stdout.buffer.write(sums)


list_toolchain()
