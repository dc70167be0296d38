"""Helpers for paths and text files."""
import os

_ARCHIVES = (".zip", ".bz2", ".gz", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".zst")

dirname = os.path.dirname
basename = os.path.basename
exists = os.path.exists


def ensure_dir(directory, mode=0o777):
    """Makes a directory with those above it."""
    if directory:
        os.makedirs(directory, mode, exist_ok=True)


def normalize_path(path, cwd="."):
    """An absolute path, with `~` resolved and empty parts left out."""
    path = os.path.expanduser(path)
    return os.path.normpath(path if os.path.isabs(path) else os.path.join(os.path.abspath(cwd), path))


def splitext(file_name):
    """The name and its extension; `.tar.gz` and `.tar.bz2` are one extension."""
    for extension in (".tar.gz", ".tar.bz2"):
        if file_name.endswith(extension):
            return file_name[: -len(extension)], extension
    return os.path.splitext(file_name)


def is_archive(name):
    """Whether the extension is one of a packed file."""
    return splitext(name)[1] in _ARCHIVES


def has_extension(file_name, extension):
    """Whether a file has this extension."""
    return splitext(file_name)[1] == extension


class FileSource:
    """A text file that is read by lines."""

    def __init__(self, file_name, mode, encoding="utf-8"):
        self.file_name = file_name
        self.mode = mode
        self.encoding = encoding
        self.f = None

    def open(self):
        """Opens the file."""
        self.f = open(self.file_name, self.mode, **({} if "b" in self.mode else {"encoding": self.encoding}))
        return self

    def seek(self, offset):
        """Goes to a position in bytes."""
        self.f.seek(offset)

    def read(self):
        """All that is left."""
        return self.f.read()

    def readline(self):
        """The next line."""
        return self.f.readline()

    def readlines(self, num_lines):
        """Up to so many lines; fewer at the end of the file."""
        found = []
        for _ in range(num_lines):
            line = self.f.readline()
            if not line:
                break
            found.append(line)
        return found

    def close(self):
        """Closes the file."""
        self.f.close()
        self.f = None

    __enter__ = open

    def __exit__(self, kind, error, trace):
        self.close()
        return False
