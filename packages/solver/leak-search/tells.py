"""Whether anything but their content tells the changed files of a workspace from the others."""

import os

MIN_OTHERS = 8


def telling_values(changed, others):
    """Names of properties of which the changed files have values that no other file has, or which set them in order."""
    found = []
    for name in ("st_mtime_ns", "st_uid", "st_gid", "st_dev", "st_nlink"):
        values = {getattr(status, name) for status in changed.values()}
        usual = {getattr(status, name) for status in others.values()}
        if values.isdisjoint(usual) and len(usual) <= max(1, len(others) // 4):
            found.append(name[3:].removesuffix("_ns"))
    for name in ("st_ino", "st_ctime_ns"):
        if stands_out(changed, others, name):
            found.append(name[3:].removesuffix("_ns"))
    return found


def stands_out(changed, others, name):
    """True where all changed files come before, or after, all others, and by their paths they would not."""
    rank = lambda statuses: [getattr(status, name) for status in statuses.values()]
    ours, theirs = rank(changed), rank(others)
    if min(ours) > max(theirs):
        return not min(changed) > max(others)
    if max(ours) < min(theirs):
        return not max(changed) < min(others)
    return False


def tells_of(root, changed_paths):
    """What tells the changed files, as names of properties; nothing where there are too few others to compare with."""
    statuses = {}
    for directory, directories, names in walk(root, {os.path.join(root, ".git")}):
        for name in names:
            path = os.path.join(directory, name)
            try:
                statuses[path] = os.lstat(path)
            except OSError:
                continue
    changed = {path: status for path in changed_paths if (status := statuses.pop(os.path.join(root, path), None))}
    changed = {os.path.join(root, path): status for path, status in changed.items()}
    if not changed or len(statuses) < MIN_OTHERS:
        return []
    return telling_values(changed, statuses)
