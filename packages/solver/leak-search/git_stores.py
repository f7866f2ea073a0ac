"""All objects of object stores of git, reachable or not, read by git in a repository of our own or by ourselves."""

import os
import re
import shutil
import subprocess
import tempfile
import zlib

LOOSE = re.compile(r"[0-9a-f]{38}|[0-9a-f]{62}")
OBJECT_FILE = re.compile(r"/objects/(?:[0-9a-f]{2}/[0-9a-f]{38}|pack/pack-[0-9a-f]{40}\.[a-z]+)$")
MAX_OBJECT = 32 * 1024**2
MAX_BATCH = 64 * 1024**2
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}


def objects_directory(directory, names):
    """The object store of a directory that is a repository or looks like part of one."""
    if "objects" not in names:
        return None
    store = os.path.join(directory, "objects")
    try:
        inner = os.listdir(store)
    except OSError:
        return None
    if "pack" in inner or "info" in inner or any(re.fullmatch("[0-9a-f]{2}", name) for name in inner):
        return store
    return None


def pointed_at(directory, content):
    """The object stores that a `.git` file names."""
    match = re.match(rb"gitdir: (.+)", content)
    if not match:
        return []
    target = os.path.join(directory, os.fsdecode(match[1].strip()))
    found = [os.path.join(target, "objects")]
    try:
        with open(os.path.join(target, "commondir"), "rb") as file:
            found.append(os.path.join(target, os.fsdecode(file.read(4096).strip()), "objects"))
    except OSError:
        pass
    return [os.path.normpath(store) for store in found if os.path.isdir(store)]


class Git:
    """Reads stores; `objects` gives id, type and content of each object that is no tree."""

    def __init__(self):
        self.program = shutil.which("git")

    def objects(self, store, is_known):
        if self.program is None:
            yield from loose_objects(store)
            return
        with tempfile.TemporaryDirectory(prefix="leak-search-") as directory:
            self.make_repository(directory)
            if os.path.isdir(store):
                with open(os.path.join(directory, "objects/info/alternates"), "w") as file:
                    file.write(f"{store}\n")
            else:
                self.index_pack(directory, store)
            yield from self.read_all(directory, is_known)

    @staticmethod
    def make_repository(directory):
        """What git takes for an empty repository: without configuration, so that no store's own is read."""
        for name in ("refs", "objects/info", "objects/pack"):
            os.makedirs(os.path.join(directory, name))
        with open(os.path.join(directory, "HEAD"), "w") as file:
            file.write("ref: refs/heads/main\n")

    def run(self, directory, *arguments, stdin=b""):
        result = subprocess.run(
            [self.program, "--git-dir", directory, *arguments], input=stdin, env=ENVIRONMENT, capture_output=True
        )
        if result.returncode != 0:
            raise OSError(result.stderr.decode("utf-8", "replace").strip()[:200] or "git failed")
        return result.stdout

    def index_pack(self, directory, path):
        with open(path, "rb") as file:
            data = file.read()
        if not data.startswith(b"PACK"):
            data = data[data.index(b"\n\n") + 2 :]
        self.run(directory, "index-pack", "--stdin", stdin=data)

    def read_all(self, directory, is_known):
        listed = self.run(directory, "cat-file", "--batch-all-objects", "--unordered", "--batch-check").decode()
        entries = [line.split() for line in listed.splitlines()]
        wanted = [
            (fields[0], int(fields[2]))
            for fields in entries
            if len(fields) == 3 and fields[1] != "tree" and int(fields[2]) <= MAX_OBJECT and not is_known(fields[0])
        ]
        for names in batches(wanted):
            ids = "".join(f"{name}\n" for name in names).encode()
            output = self.run(directory, "cat-file", "--batch", stdin=ids)
            position = 0
            while position < len(output):
                end = output.index(b"\n", position)
                fields = output[position:end].decode().split()
                position = end + 1
                if len(fields) != 3:
                    continue
                size = int(fields[2])
                yield fields[0], fields[1], output[position : position + size]
                position += size + 1


def batches(sized_names):
    """Names in groups of a bounded size together."""
    names, size = [], 0
    for name, added in sized_names:
        if names and size + added > MAX_BATCH:
            yield names
            names, size = [], 0
        names.append(name)
        size += added
    if names:
        yield names


def loose_objects(store):
    """The objects that lie in files of their own."""
    packs = os.path.join(store, "pack")
    if os.path.isdir(packs) and any(name.endswith(".pack") for name in os.listdir(packs)):
        raise OSError("its packs cannot be read without git")
    for directory in sorted(os.listdir(store)):
        if not re.fullmatch("[0-9a-f]{2}", directory):
            continue
        for name in sorted(os.listdir(os.path.join(store, directory))):
            if not LOOSE.fullmatch(name):
                continue
            with open(os.path.join(store, directory, name), "rb") as file:
                data = zlib.decompressobj().decompress(file.read(MAX_OBJECT), MAX_OBJECT)
            header, _, content = data.partition(b"\0")
            kind = header.split(b" ")[0].decode("ascii", "replace")
            if kind != "tree":
                yield directory + name, kind, content
