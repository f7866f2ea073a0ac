"""All files below a directory, links not followed, and what is read of them."""

import os
import stat

MAX_FILE = 64 * 1024**2
NEVER = ("/proc", "/sys", "/dev")


def walk(root, left_out, device=None):
    """Directories below a root with the names in them; not those left out, nor those on another device if one is given."""
    for directory, directories, names in os.walk(root):
        paths = [(name, os.path.join(directory, name)) for name in directories]
        directories[:] = [
            name for name, path in paths if path not in left_out and (device is None or device_of(path) == device)
        ]
        yield directory, directories, names


def device_of(path):
    try:
        return os.lstat(path).st_dev
    except OSError:
        return None


def read_regular(path, limit=MAX_FILE):
    """Content of a regular file; None where it is none or cannot be read. Raises ValueError where it is too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > limit:
            raise ValueError(f"it is larger than {limit} bytes")
        try:
            return file.read(limit)
        except OSError:
            return None
