"""
The door between Python and the process round it. A message is a JSON text and some bytes; it lies in one buffer, and so
does the answer. Nothing else crosses: no object of one side is ever seen by the other.
"""
import logging
import struct
import sys

from . import randomness
from .encode import parse, text, to_bytes
from .failures import describe
from .messages import Commands

_HEAD = struct.Struct("<II")
inbox = bytearray(1 << 16)


def make_room(size):
    """Makes the buffer for messages large enough."""
    if len(inbox) < size:
        inbox.extend(bytes(size - len(inbox)))


def handle(size):
    """Obeys the message in the buffer and returns the answer as bytes. It never raises."""
    header_size, _ = _HEAD.unpack_from(inbox)
    start = _HEAD.size
    header = parse(bytes(inbox[start:start + header_size]).decode("utf-8", "surrogatepass"))
    payload = bytes(inbox[start + header_size:size])
    try:
        answer, data = _commands.obey(header, payload)
    except BaseException as error:
        answer, data = {"error": describe(error)}, b""
    written = to_bytes(text(answer))
    return _HEAD.pack(len(written), len(data)) + written + data


class _LogHandler(logging.Handler):
    """What plug-ins log goes where they print."""

    def emit(self, record):
        """One line, with the level."""
        try:
            print(f"{record.levelname} {record.name}: {record.getMessage()}", file=sys.stderr)
        except Exception:
            self.handleError(record)


def prepare():
    """Puts in place what plug-ins expect to be there."""
    randomness.adapt_module()
    logging.basicConfig(level=logging.INFO, handlers=[_LogHandler()])


_commands = Commands()
prepare()
