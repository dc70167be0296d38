"""What prepares data on a machine."""
import os

from .. import exceptions


class WorkloadProcessor:
    """The base of processors: changes the workload, prepares data."""

    def on_after_load_workload(self, input_workload, **kwargs):
        """Changes a loaded workload in place."""

    def on_prepare_workload(self, workload, data_root_dir):
        """Pairs of a function and its keyword arguments, which prepare data."""
        return []


class DefaultWorkloadPreparator(WorkloadProcessor):
    """Stands for the preparation of corpora, which this program does itself. It needs a configuration."""

    def __init__(self, cfg):
        self.cfg = cfg
        self.downloader = None
        self.decompressor = None


def _tools():
    from osb_host import preparation
    return preparation.tools()


class Downloader:
    """Gets files from the network."""

    def __init__(self, offline=False, test_mode=False):
        self.offline = offline
        self.test_mode = test_mode

    def download(self, base_url, source_url, target_path, size_in_bytes):
        """Downloads a file and checks its size. Raises DataError or SystemSetupError."""
        name = os.path.basename(target_path)
        if not base_url and not source_url:
            raise exceptions.DataError("Cannot download data because no base URL is provided.")
        if self.offline:
            raise exceptions.SystemSetupError(f"Cannot find [{target_path}]. Please disable offline mode and retry.")
        url = source_url or f"{base_url.rstrip('/')}/{name}"
        _tools().download(url, target_path, size_in_bytes)


class Decompressor:
    """Unpacks files."""

    def decompress(self, archive_path, documents_path, uncompressed_size):
        """Unpacks an archive and checks the size of the document. Raises DataError."""
        _tools().unpack(archive_path, documents_path)
        if not os.path.isfile(documents_path):
            raise exceptions.DataError(f"Decompressing [{archive_path}] did not create [{documents_path}].")
        size = os.path.getsize(documents_path)
        if uncompressed_size is not None and size != uncompressed_size:
            raise exceptions.DataError(
                f"[{documents_path}] is corrupt. Extracted [{size}] bytes but [{uncompressed_size}] bytes are expected.")
