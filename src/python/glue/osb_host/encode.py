"""JSON as requests carry it: compact, in UTF-8, with Python's rules for numbers and keys."""
import datetime
import decimal
import json
import uuid
from json.encoder import c_make_encoder, encode_basestring


def plain(value):
    """What JSON can hold in place of a value that it cannot: dates as text, arrays and scalars of numpy as numbers."""
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=repr)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8")
    for name in ("tolist", "item"):
        method = getattr(value, name, None)
        if callable(method):
            return method()
    raise TypeError(f"a value of type {type(value).__name__} cannot be sent as JSON")


# One encoder for all: making one costs several times as much as encoding a small body.
chunks = c_make_encoder(None, plain, encode_basestring, None, ":", ",", False, False, True)


def text(value):
    """The value as JSON."""
    return "".join(chunks(value, 0))


def to_bytes(string):
    """UTF-8. Halves of surrogate pairs, which JSON texts can hold, pass through."""
    return string.encode("utf-8", "surrogatepass")


def body_text(body, as_lines):
    """
    The body of a request as text or bytes: texts and bytes as they are, lists for bulk requests as one JSON text per
    line, everything else as JSON.
    """
    if isinstance(body, (str, bytes)):
        return body
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    if as_lines and isinstance(body, (list, tuple)):
        return lines(body)
    return text(body)


def lines(items):
    """One JSON text per line, the last one ended as well."""
    parts = [item.decode("utf-8") if isinstance(item, (bytes, bytearray)) else
             item if isinstance(item, str) else text(item) for item in items]
    return "".join(part if part.endswith("\n") else part + "\n" for part in parts)


def parse(string):
    """A JSON text, with Python's own numbers."""
    return json.loads(string)
