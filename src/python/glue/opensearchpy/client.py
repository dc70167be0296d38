"""The client that runners get: the methods of the original, over the connections of the load."""
from urllib.parse import quote

from .endpoints import ENDPOINTS


def _part(value):
    if value is None or value == "":
        return ""
    text = ",".join(str(each) for each in value) if isinstance(value, (list, tuple)) else str(value)
    return quote(text, safe=",*")


def _method(endpoint):
    async def call(self, *values, **given):
        if len(values) > len(endpoint.arguments):
            raise TypeError(f"{endpoint.name}() takes {len(endpoint.arguments)} arguments, but got {len(values)}")
        given = {**dict(zip(endpoint.arguments, values)), **given}
        query = dict(given.pop("params", None) or {})
        headers = given.pop("headers", None)
        body = given.pop("body", None)
        named = {name: given.pop(name, None) for name in endpoint.arguments if name != "body"}
        query.update(given)
        method = "PUT" if endpoint is _INDEX and named.get("id") else endpoint.method
        return await self.transport.perform_request(
            method, endpoint.path(named, _part), headers=headers, params=query, body=body)

    call.__name__ = call.__qualname__ = endpoint.name
    call.__doc__ = f"{endpoint.method} /{'/'.join(endpoint.parts)}"
    return call


class Namespace:
    """A group of methods of the client."""

    def __init__(self, transport):
        self.transport = transport


class _HttpNamespace(Namespace):
    """Requests to any path."""

    async def get(self, url, **how):
        """GET"""
        return await self.transport.perform_request("GET", url, **how)

    async def head(self, url, **how):
        """HEAD"""
        return await self.transport.perform_request("HEAD", url, **how)

    async def post(self, url, **how):
        """POST"""
        return await self.transport.perform_request("POST", url, **how)

    async def put(self, url, **how):
        """PUT"""
        return await self.transport.perform_request("PUT", url, **how)

    async def delete(self, url, **how):
        """DELETE"""
        return await self.transport.perform_request("DELETE", url, **how)


class OpenSearch(Namespace):
    """The client. Runners get one; they do not make any."""

    def __init__(self, transport=None, *_, **__):
        if not hasattr(transport, "perform_request"):
            from .exceptions import ImproperlyConfigured
            raise ImproperlyConfigured(
                "A plug-in cannot open connections of its own: a runner is given a client for the target.")
        super().__init__(transport)
        self.http = _HttpNamespace(transport)
        for name, kind in _NAMESPACES.items():
            setattr(self, name, kind(transport))

    async def close(self):
        """Connections are not the plug-in's."""

    def on_client_request_start(self):
        """Times are taken where requests are sent."""

    def on_client_request_end(self):
        """Times are taken where requests are sent."""

    def return_raw_response(self):
        """From now on this run gets answers as bytes in a file-like object."""
        from osb_host.transport import raw_answers
        raw_answers.set(True)


_INDEX = None
_NAMESPACES = {}


def _fill():
    global _INDEX
    from .endpoints import Endpoint
    _INDEX = Endpoint("index POST /{index}/_doc/{id} +")
    _INDEX.arguments = ["index", "body", "id"]
    for endpoint in [_INDEX, *ENDPOINTS]:
        owner = OpenSearch
        if endpoint.namespace:
            owner = _NAMESPACES.get(endpoint.namespace)
            if owner is None:
                owner = type(f"{endpoint.namespace.title()}Client", (Namespace,), {})
                _NAMESPACES[endpoint.namespace] = owner
        setattr(owner, endpoint.name, _method(endpoint))


_fill()
AsyncOpenSearch = OpenSearch
