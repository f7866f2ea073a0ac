"""Packs a root file system for a test image out of this host's own files and writes it to stdout as a tar archive.

It has a shell, coreutils, git, util-linux and a Python with pytest, each with the libraries it needs. Run by the Python
that the image is to have. What is missing on the host is left out.
"""
import importlib.metadata
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile

PROGRAMS = """
sh bash dash env ls cat cp mv rm mkdir rmdir ln touch chmod chown stat head tail wc sort uniq cut tr tee seq date sleep
true false test [ echo printf pwd id whoami uname hostname basename dirname realpath readlink truncate mkfifo mknod mktemp
install sha256sum md5sum od nohup timeout yes dd df du sync nproc kill find xargs grep sed awk mawk tar gzip diff patch
git setsid unshare nsenter mount umount pivot_root prlimit setpriv su ps ulimit chroot expr comm nice stty tty
""".split()
LEFT_OUT = {'__pycache__', 'test', 'tests', 'idlelib', 'turtledemo', 'site-packages', 'dist-packages', 'ensurepip', 'lib2to3', 'tkinter'}


def libraries(path):
    result = subprocess.run(['ldd', path], capture_output=True, text=True)
    return re.findall(r'(/\S+) \(0x', result.stdout)


def is_pure(path):
    return not any(part in LEFT_OUT for part in path.split('/'))


class Packer:
    def __init__(self, archive):
        self.archive = archive
        self.names = set()

    def directory(self, path, mode=0o755):
        path = path.strip('/')
        if not path or path in self.names:
            return
        self.directory(os.path.dirname(path))
        self.names.add(path)
        entry = tarfile.TarInfo(path)
        entry.type, entry.mode = tarfile.DIRTYPE, mode
        self.archive.addfile(entry)

    def link(self, path, target):
        path = path.strip('/')
        self.directory(os.path.dirname(path))
        if path in self.names:
            return
        self.names.add(path)
        entry = tarfile.TarInfo(path)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self.archive.addfile(entry)

    def text(self, path, text, mode=0o644):
        self.directory(os.path.dirname(path))
        entry = tarfile.TarInfo(path.strip('/'))
        entry.size, entry.mode = len(text.encode()), mode
        self.archive.addfile(entry, io.BytesIO(text.encode()))

    def file(self, path):
        """Packs a file where it lies, with what it links to and the libraries that it needs."""
        # /bin, /lib and the like are links into /usr in the image, wherever the host has its files.
        place = '/usr' + path if re.match(r'/(s?bin|lib\w*)/', path) else path
        if place.strip('/') in self.names or not os.path.exists(path):
            return
        if os.path.islink(path):
            self.link(place, os.readlink(path))
            target = os.path.join(os.path.dirname(path), os.readlink(path))
            return self.file(os.path.normpath(target))
        self.directory(os.path.dirname(place))
        self.names.add(place.strip('/'))
        with open(path, 'rb') as content:
            magic = content.read(4)
            content.seek(0)
            entry = tarfile.TarInfo(place.strip('/'))
            status = os.fstat(content.fileno())
            entry.size, entry.mode = status.st_size, status.st_mode & 0o777 | 0o444
            self.archive.addfile(entry, content)
        if magic == b'\x7fELF':
            for library in libraries(path):
                self.file(library)

    def tree(self, root, wanted=lambda path: True):
        for directory, names, files in os.walk(root):
            names[:] = [name for name in names if wanted(os.path.join(directory, name)[len(root):])]
            for name in files:
                if wanted(os.path.join(directory, name)[len(root):]) and not name.endswith(('.pyc', '.a')):
                    self.file(os.path.join(directory, name))


def packages(name, seen):
    """The files of a distribution and of those that it requires."""
    if name in seen:
        return
    seen.add(name)
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return
    for path in found.files or []:
        located = str(found.locate_file(path))
        if '__pycache__' not in located and 'site-packages' in located or 'dist-packages' in located:
            yield os.path.normpath(located)
    for requirement in found.requires or []:
        if 'extra ==' not in requirement:
            yield from packages(re.match(r'[\w.-]+', requirement)[0], seen)


def main():
    with tarfile.open(fileobj=sys.stdout.buffer, mode='w|') as archive:
        packer = Packer(archive)
        for path in ('proc', 'dev', 'sys', 'home', 'root', 'etc', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'workspace'):
            packer.directory(path)
        packer.directory('tmp', 0o1777)
        for name in ('bin', 'sbin', 'lib', 'lib64'):
            packer.link(name, 'usr/' + name)
        packer.text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n')
        packer.text('etc/group', 'root:x:0:\n')
        packer.text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files\n')
        for name in PROGRAMS:
            path = shutil.which(name, path='/usr/bin:/bin:/usr/sbin:/sbin')
            if path:
                packer.file(path)
        executable = os.path.realpath(sys.executable)
        packer.file(executable)
        home = os.path.dirname(os.path.dirname(executable))
        for path in {sysconfig.get_path('stdlib'), sysconfig.get_path('platstdlib')}:
            packer.tree(path, lambda path: is_pure(path) and '/config-' not in path)
        for path in packages('pytest', set()):
            packer.file(path)
        for name in ('python3', 'python'):
            if not os.path.exists(f'/usr/bin/{name}') or home != '/usr':
                packer.names.discard(f'usr/bin/{name}')
                packer.link(f'usr/bin/{name}', executable)


main()
