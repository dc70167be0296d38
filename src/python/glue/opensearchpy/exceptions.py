"""The exceptions of the OpenSearch client, by the names under which plug-ins catch them."""


class ImproperlyConfigured(Exception):
    """The client is used in a way that cannot work."""


class OpenSearchException(Exception):
    """The base of everything that a request can raise."""


class SerializationError(OpenSearchException):
    """Data cannot be written or read."""


class TransportError(OpenSearchException):
    """A request failed. Its arguments are the status (or `N/A`, `TIMEOUT`), the kind of error, and the answer."""

    @property
    def status_code(self):
        """The HTTP status; `N/A` if there was no answer, `TIMEOUT` if none came in time."""
        return self.args[0]

    @property
    def error(self):
        """The kind of error in a word or two."""
        return self.args[1]

    @property
    def info(self):
        """The answer of the cluster, parsed if it is JSON, or the cause of a lost connection."""
        return self.args[2] if len(self.args) > 2 else None

    def __str__(self):
        return f"{type(self).__name__}({', '.join(repr(part) for part in self.args[:2])}{self._reason()})"

    def _reason(self):
        info = self.info
        error = info.get("error") if isinstance(info, dict) else None
        if isinstance(error, dict):
            causes = error.get("root_cause") or [error]
            return f", {causes[0].get('reason', '')!r}"
        return ""


class ConnectionError(TransportError):
    """The cluster could not be reached, or the connection was lost."""

    def __str__(self):
        return f"{type(self).__name__}({self.error})"


class SSLError(ConnectionError):
    """The TLS handshake failed."""


class ConnectionTimeout(ConnectionError):
    """No answer came in time."""


class NotFoundError(TransportError):
    """HTTP 404."""


class ConflictError(TransportError):
    """HTTP 409."""


class RequestError(TransportError):
    """HTTP 400."""


class AuthenticationException(TransportError):
    """HTTP 401."""


class AuthorizationException(TransportError):
    """HTTP 403."""


class OpenSearchWarning(Warning):
    """A warning of the client."""


OpenSearchDeprecationWarning = OpenSearchWarning

HTTP_EXCEPTIONS = {
    400: RequestError,
    401: AuthenticationException,
    403: AuthorizationException,
    404: NotFoundError,
    409: ConflictError,
}
