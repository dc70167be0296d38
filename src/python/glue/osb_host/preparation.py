"""What stands where OpenSearch Benchmark downloads and unpacks files for a plug-in."""
from osbenchmark.exceptions import SystemSetupError


def tools():
    """The tools for files; they refuse."""
    return _Refusal()


class _Refusal:
    """A plug-in in Python has no network and cannot write to the machine, so it says what to bring, and where to."""

    def download(self, url, path, size):
        """Names the file that is to be downloaded beforehand."""
        raise SystemSetupError(f"The plug-in needs {_shown(path)}, which is not there, and a plug-in in Python cannot "
                               f"download it. Download {url} to that place before the test run.")

    def unpack(self, archive, document):
        """Names the file that is to be unpacked beforehand."""
        raise SystemSetupError(f"The plug-in needs {_shown(document)}, which is not there, and a plug-in in Python "
                               f"cannot unpack it. Unpack {_shown(archive)} before the test run.")


def _shown(path):
    return str(path).removeprefix("/workloads/")
