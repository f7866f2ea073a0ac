"""Content within content: archives, compressed files, packs of git. Bounded in depth and in bytes."""

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib

MAX_DEPTH = 3
MAX_MEMBERS = 20_000
MAX_UNPACKED = 128 * 1024**2


class Unreadable(Exception):
    pass


class Budget:
    """Bytes that may still be unpacked from one file."""

    def __init__(self):
        self.left = MAX_UNPACKED

    def spend(self, size):
        self.left -= size
        if self.left < 0:
            raise Unreadable(f"it unpacks to more than {MAX_UNPACKED} bytes")


def inflate(new_decompressor, data, budget):
    """All streams of a compressed content, one after the other."""
    parts = []
    while data:
        decompressor = new_decompressor()
        try:
            parts.append(decompressor.decompress(data, budget.left + 1))
        except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError) as error:
            if parts:
                break
            raise Unreadable(f"it cannot be unpacked: {error}") from None
        budget.spend(len(parts[-1]))
        data = decompressor.unused_data.lstrip(b"\0")
    return b"".join(parts)


def members_of_zip(data, budget):
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except Exception as error:
        raise Unreadable(f"it is no readable zip file: {error}") from None
    if len(infos) > MAX_MEMBERS:
        raise Unreadable(f"it has more than {MAX_MEMBERS} members")
    for info in infos:
        if info.is_dir():
            continue
        try:
            with archive.open(info) as member:
                content = member.read(budget.left + 1)
        except Exception as error:
            raise Unreadable(f"its member {info.filename} cannot be read: {error}") from None
        budget.spend(len(content))
        yield info.filename, content


def members_of_tar(data, budget):
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for count, info in enumerate(archive):
                if count > MAX_MEMBERS:
                    raise Unreadable(f"it has more than {MAX_MEMBERS} members")
                if info.isreg() and not info.sparse:
                    budget.spend(info.size)
                    yield info.name, archive.extractfile(info).read()
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise Unreadable(f"it cannot be read as a tar file: {error}") from None


def members_of(name, data, budget):
    """Names and contents of what lies in a content; nothing where it is no container that we know."""
    head = data[:6]
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        yield from members_of_zip(data, budget)
    elif head[:2] == b"\x1f\x8b":
        yield without_suffix(name), inflate(lambda: zlib.decompressobj(31), data, budget)
    elif head[:3] == b"BZh":
        yield without_suffix(name), inflate(bz2.BZ2Decompressor, data, budget)
    elif head[:6] == b"\xfd7zXZ\0" or (head[:3] == b"]\0\0" and name.endswith(".lzma")):
        yield without_suffix(name), inflate(lzma.LZMADecompressor, data, budget)
    elif data[257:262] == b"ustar":
        yield from members_of_tar(data, budget)
    elif head[:1] == b"\x78" and len(data) > 2 and (data[0] * 256 + data[1]) % 31 == 0 and b"\0" in data[:8192]:
        try:
            yield without_suffix(name), inflate(zlib.decompressobj, data, budget)
        except Unreadable:
            return
    elif head[:4] in (b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!"):
        raise Unreadable("it is compressed in a way that is not read here")
    elif b"PK\x05\x06" in data[-66_000:] and zipfile.is_zipfile(io.BytesIO(data)):
        yield from members_of_zip(data, budget)


def without_suffix(name):
    stem, dot, suffix = name.rpartition(".")
    if suffix in ("tgz", "tbz", "txz"):
        return f"{stem}.tar"
    return stem if dot else name
