"""What plug-ins print goes to the log."""
import logging

_LOG = logging.getLogger("osbenchmark.console")


def info(msg, **_):
    """Says something."""
    _LOG.info(msg)


def warn(msg, **_):
    """Warns."""
    _LOG.warning(msg)


def error(msg, **_):
    """Says what failed."""
    _LOG.error(msg)


def println(msg, **_):
    """Says something."""
    _LOG.info(msg)
