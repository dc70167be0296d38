"""The names of the OpenSearch client that plug-ins use. Requests go over the connections of the load."""
from .client import AsyncOpenSearch, OpenSearch
from .exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConflictError,
    ConnectionError,
    ConnectionTimeout,
    HTTP_EXCEPTIONS,
    ImproperlyConfigured,
    NotFoundError,
    OpenSearchException,
    OpenSearchWarning,
    RequestError,
    SerializationError,
    SSLError,
    TransportError,
)
