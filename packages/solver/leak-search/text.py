"""Text as it is compared: bytes without white space, line by line."""

import html
import json
import re
import zlib
from array import array

BLANK = b" \t\r\f\v"
INDEXED_LINE = 12
MIN_KINSHIP = 0.1
MARKS = (b"", b"-", b"+", b"#", b"//", b">", b">>>", b"...", b'"', b"*", b"!", b"|")
TAG = re.compile(rb"<[^<>]{0,2000}>")


def squeeze(data):
    return data.translate(None, BLANK)


def fingerprints(data):
    """Checksums of the lines of a text that are long enough to be looked for by themselves."""
    lines = {line for line in squeeze(data).split(b"\n") if len(line) >= INDEXED_LINE}
    return array("I", map(zlib.crc32, lines))


def is_text(head):
    return b"\0" not in head[:8192]


def strings_in(value, found):
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, dict):
            pending.extend(reversed([*part.keys(), *part.values()]))
        elif isinstance(part, list):
            if all(isinstance(each, str) for each in part) and any(each.endswith("\n") for each in part):
                found.append("".join(part))
            else:
                pending.extend(reversed(part))


def readings(name, data):
    """The ways in which a content may show text: as it is, decoded, unescaped, without tags."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    yield data
    start = data[:64].lstrip()[:1]
    if start in (b"{", b"[") and not name.endswith((".py", ".js")):
        try:
            found = []
            strings_in(json.loads(data), found)
            yield "\n".join(found).encode("utf-8", "surrogatepass")
            return
        except (ValueError, RecursionError):
            pass
    if data.count(b"\\n") > 2:
        plain = data.replace(b"\\r", b"").replace(b"\\n", b"\n").replace(b"\\t", b" ")
        yield plain.replace(b'\\"', b'"').replace(b"\\'", b"'").replace(b"\\\\", b"\\")
    if name.endswith((".html", ".htm", ".xml", ".xhtml", ".svg")):
        yield html.unescape(TAG.sub(b"", data).decode("utf-8", "replace")).encode()


class Needles:
    """What the bug took away from one file of the original."""

    def __init__(self, request):
        encode = lambda texts: [text.encode("latin-1") for text in texts]
        self.path = request["path"]
        self.lines = encode(request["lines"])
        self.windows = {window: number for number, window in enumerate(encode(request["windows"]))}
        self.known = set(encode(request["all"]))
        self.strong = [(number, self.lines[number]) for number in request["strong"]]
        self.by_line = {mark + line: number for number, line in enumerate(self.lines) for mark in MARKS}
        self.anchors = self.known | set(self.by_line)

    def search(self, squeezed, lines, distinct):
        """None, or numbers of lines and windows found, and the share of the file's lines that are there."""
        found = {self.by_line[line] for line in distinct.intersection(self.by_line)}
        for number, line in self.strong:
            if number not in found and line in squeezed:
                found.add(number)
        shared = distinct & self.known
        windows = set()
        if self.windows and len(distinct & self.anchors) > 1:
            for version in versions_of(lines):
                triples = set(map(b"\n".join, zip(version, version[1:], version[2:])))
                windows.update(self.windows[each] for each in triples.intersection(self.windows))
        kinship = len(shared) / len(self.known) if self.known else 0.0
        if not found and not windows and kinship < MIN_KINSHIP:
            return None
        return {"lines": sorted(found), "windows": sorted(windows), "kinship": round(kinship, 3)}


def versions_of(lines):
    """The lines as they are; both sides where they are a diff; without the marks of comments and quotations."""
    yield lines
    if any(line.startswith(b"@@") for line in lines):
        yield [line[line[:1] == b"-" :] for line in lines if line[:1] != b"+"]
        yield [line[line[:1] == b"+" :] for line in lines if line[:1] != b"-"]
    if any(line[:1] in (b"#", b">", b"/") for line in lines):
        yield [text for line in lines if (text := line.lstrip(b"#>/"))]
