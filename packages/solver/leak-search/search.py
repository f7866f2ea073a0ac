"""Searches a workspace and what is readable around it; prints what it found as JSON.

Standard input: the request of search-workspace.ts. Nothing is judged here.
"""

import hashlib
import json
import os
import sys


def blob_id(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def merged(one, other):
    if one is None:
        return other
    union = {key: sorted({*one[key], *other[key]}) for key in ("lines", "windows")}
    return {**union, "kinship": max(one["kinship"], other["kinship"])}


class Search:
    def __init__(self, request):
        self.needles = [Needles(each) for each in request["files"]]
        self.bytecode = [Bytecode(each) for each in request["files"]]
        self.stems = [os.path.basename(each["path"]).rpartition(".")[0] for each in request["files"]]
        self.ids = [each["blobId"].encode() for each in request["files"]]
        self.words = [word.encode() for word in request["words"]]
        self.hits, self.unsearched, self.stores, self.packs = [], [], set(request["stores"]), []
        self.originals = {each["blobId"]: number for number, each in enumerate(request["files"])}
        self.clean_blobs = {blob_id(b"")}
        self.git = Git()
        self.contents = {}
        self.seen = set()
        self.searched = {"files": 0, "bytes": 0, "members": 0, "objects": 0}

    def tree(self, root, left_out):
        """Searches what lies in a root itself. What is mounted below it belongs to the toolchain."""
        for directory, directories, names in walk(root, left_out, device_of(root)):
            directories.sort()
            store = objects_directory(directory, directories)
            if store:
                self.stores.add(store)
            for name in sorted(names):
                path = os.path.join(directory, name)
                # Git reads its own files; what else lies among them is searched as any other.
                if self.git.program is None or not OBJECT_FILE.search(path):
                    self.file(path)

    def file(self, path):
        if path in self.seen:
            return
        self.seen.add(path)
        try:
            data = read_regular(path)
        except ValueError as error:
            self.unsearched.append({"path": path, "reason": str(error)})
            return
        if not data:
            return
        self.searched["files"] += 1
        self.searched["bytes"] += len(data)
        name = os.path.basename(path)
        if name == ".git":
            self.stores.update(pointed_at(os.path.dirname(path), data))
        if path.endswith(".pack") or data.startswith((b"# v2 git bundle\n", b"# v3 git bundle\n")):
            self.packs.append(path)
        found = len(self.hits)
        self.content(path, [], data, Budget())
        if len(self.hits) == found:
            self.clean_blobs.add(blob_id(data))

    def content(self, path, within, data, budget):
        name = within[-1] if within else path
        if is_bytecode(name, data):
            self.compiled(path, within, name, data)
            return
        digest = blob_id(data)
        if digest not in self.contents:
            self.contents[digest] = self.text(name, data)
            if digest in self.originals:
                self.contents[digest].append((self.originals[digest], {"isExact": True}))
        for number, found in self.contents[digest]:
            self.hit(path, within, number, found)
        if len(within) > MAX_DEPTH:
            return
        try:
            for member, content in members_of(os.path.basename(name), data, budget):
                self.searched["members"] += 1
                self.content(path, [*within, member], content, budget)
        except Unreadable as error:
            self.unsearched.append({"path": path, "reason": str(error)})

    def text(self, name, data):
        """What the readings of one content hold together, for each of the needles."""
        matches, told = {}, {"blobIds": set(), "words": set()}
        for reading in readings(name, data):
            squeezed = squeeze(reading)
            lines = [line for line in squeezed.split(b"\n") if line]
            distinct = set(lines)
            for number, needles in enumerate(self.needles):
                match = needles.search(squeezed, lines, distinct)
                if match:
                    matches[number] = merged(matches.get(number), match)
            told["blobIds"].update(each.decode() for each in self.ids if each in reading)
            told["words"].update(each.decode() for each in self.words if each in reading)
        if any(told.values()):
            matches[None] = {key: sorted(found) for key, found in told.items()}
        return list(matches.items())

    def compiled(self, path, within, name, data):
        for number, bytecode in enumerate(self.bytecode):
            match = bytecode.search(name, data, self.stems[number])
            if match:
                self.hit(path, within, number, match)

    def hit(self, path, within, number, found):
        self.hits.append({"path": path, "within": within, "file": number, **found})

    def objects(self):
        """All objects of the stores that were found, but for contents in which nothing was found as files."""
        for store in [*sorted(self.stores), *self.packs]:
            try:
                for name, kind, content in self.git.objects(store, self.clean_blobs.__contains__):
                    self.searched["objects"] += 1
                    self.content(store, [f"{kind} {name}"], content, Budget())
            except (OSError, ValueError) as error:
                self.unsearched.append({"path": store, "reason": f"git objects: {error}"})

    def processes(self):
        """Environments and arguments of the processes that a solver's commands can see."""
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            for part in ("environ", "cmdline"):
                if part == "cmdline" and name == str(os.getpid()):
                    continue
                try:
                    with open(f"/proc/{name}/{part}", "rb") as file:
                        data = file.read().replace(b"\0", b"\n")
                except OSError:
                    continue
                self.content(f"/proc/{name}/{part}", [], data, Budget())


def main():
    request = json.load(sys.stdin)
    search = Search(request)
    writable = [os.environ.get("HOME", "/"), os.environ.get("TMPDIR", "/tmp"), "/var/tmp", "/dev/shm"]
    for root in [*request["roots"], *writable]:
        if os.path.isdir(root) and root != "/":
            search.tree(root, set(NEVER))
    for path in request["candidates"]:
        search.file(path)
    search.objects()
    search.processes()
    tells = tells_of(request["workdir"], request["changed"]) if request["changed"] else []
    print(
        json.dumps(
            {"hits": search.hits, "unsearched": search.unsearched, "searched": search.searched, "tells": tells}
        )
    )


main()
