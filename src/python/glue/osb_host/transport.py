"""Requests of plug-ins: they go out through the process beside this one, which sends them on the client's connections."""
import asyncio
import contextvars
import io
import json
from urllib.parse import quote

from opensearchpy import exceptions

from .encode import body_text, lines, to_bytes

# Whether answers are handed to the runner as they came.
raw_answers = contextvars.ContextVar("raw_answers", default=False)
# The run in whose name requests are sent.
current_run = contextvars.ContextVar("current_run", default=None)


class Outbox:
    """Requests that wait to be taken, and the futures of those that wait for their answer."""

    def __init__(self, loop):
        self._loop = loop
        self._waiting = {}
        self._next = 0
        self.requests = []

    async def send(self, request, body):
        """Sends one request. Returns its number, status and body; raises what the transport raises."""
        if current_run.get() is None:
            raise exceptions.ImproperlyConfigured("Requests can only be sent while a runner runs.")
        return await self._ask({**request, "kind": "request"}, body)

    async def sleep(self, seconds):
        """Waits within the time limit of the run's operation."""
        await self._ask({"kind": "sleep", "seconds": seconds}, b"")

    async def _ask(self, request, body):
        number = self._next
        self._next += 1
        answer = self._waiting[number] = self._loop.create_future()
        header = {**request, "request": number, "run": current_run.get(), "bodyLength": len(body)}
        self.requests.append((header, body))
        return await answer

    def answer(self, number, header, body):
        """Hands an answer to whoever waits for it; nobody does if its run was cancelled."""
        waiting = self._waiting.pop(number, None)
        if waiting is None or waiting.done():
            return
        if "failure" in header:
            waiting.set_exception(failure(header))
        else:
            waiting.set_result((number, header["status"], body))

    def take(self):
        """What is to be sent now."""
        requests, self.requests = self.requests, []
        return requests


def failure(header):
    """The exception of a request that got no answer. It carries the number by which the other side knows it."""
    cause = OSError(header["message"])
    if header["failure"] == "timeout":
        error = exceptions.ConnectionTimeout("TIMEOUT", header["message"], cause)
    elif header["failure"] == "TLS handshake failed":
        error = exceptions.SSLError("N/A", header["message"], cause)
    elif header["failure"] == "cancelled":
        error = asyncio.CancelledError(header["message"])
    else:
        error = exceptions.ConnectionError("N/A", header["message"], cause)
    error.osb_request = header["request"]
    return error


def status_error(number, status, body):
    """The exception of an answer with a status of 300 or more."""
    info = _value(body)
    text = body.decode("utf-8", "replace")
    cause = text
    if isinstance(info, dict):
        cause = info.get("error", text)
        if isinstance(cause, dict) and "type" in cause:
            cause = cause["type"]
    kind = exceptions.HTTP_EXCEPTIONS.get(status, exceptions.TransportError)
    error = kind(status, cause, info if isinstance(info, (dict, list)) else text)
    error.osb_request = number
    return error


class Transport:
    """The part of the client on which everything else rests."""

    def __init__(self, outbox):
        self._outbox = outbox

    async def perform_request(self, method, url, headers=None, params=None, body=None, timeout=None, ignore=()):
        """
        Sends a request and returns its answer: JSON as Python values, other content as text, True and False for HEAD.
        An error status raises the exception of opensearchpy, unless it is ignored.
        """
        query = dict(params or {})
        timeout = query.pop("request_timeout", timeout)
        ignore = query.pop("ignore", ignore)
        ignored = (ignore,) if isinstance(ignore, int) else tuple(ignore or ())
        opaque = query.pop("opaque_id", None)
        sent_headers = {str(name): str(value) for name, value in (headers or {}).items()}
        if opaque is not None:
            sent_headers["x-opaque-id"] = str(opaque)
        written = b"" if body is None else _body(body, url)
        request = {
            "method": method.upper(),
            "path": with_query(url, query),
            "headers": sent_headers,
            "timeout": timeout if isinstance(timeout, (int, float)) else None,
            "hasBody": body is not None,
            "ignored": [*ignored, 404] if method.upper() == "HEAD" else list(ignored),
        }
        number, status, answer = await self._outbox.send(request, written)
        if method.upper() == "HEAD" and status == 404:
            return False
        if status >= 300 and status not in ignored:
            raise status_error(number, status, answer)
        if method.upper() == "HEAD":
            return True
        return io.BytesIO(answer) if raw_answers.get() else _value(answer)

    async def close(self):
        """Connections are not the plug-in's."""


def _value(body):
    if not body:
        return ""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _body(body, url):
    if isinstance(body, (list, tuple)) and url.rstrip("/").rsplit("/", 1)[-1] in ("_bulk", "_msearch", "template"):
        return to_bytes(lines(body))
    written = body_text(body, False)
    return to_bytes(written) if isinstance(written, str) else written


def with_query(url, query):
    """A path with its query parameters."""
    pairs = [f"{quote(str(name), safe='')}={quote(_query_text(value), safe=',*')}"
             for name, value in query.items() if value is not None]
    if not pairs:
        return url
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(pairs)}"


def _query_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(_query_text(part) for part in value)
    if isinstance(value, bytes):
        return value.decode("utf-8")
    return str(value)
