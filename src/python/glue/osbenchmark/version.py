"""The version of the plug-in interface."""

RELEASE = "2.4.0"


def release_version():
    """The version of OpenSearch Benchmark whose interface this is."""
    return RELEASE
