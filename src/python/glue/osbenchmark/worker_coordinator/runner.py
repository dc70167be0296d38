"""What runners are made from."""
import asyncio
import functools
import logging

from opensearchpy import exceptions as client_exceptions

from .. import exceptions
from ..context import RequestContextHolder

request_context_holder = RequestContextHolder()

_KEYWORDS = {
    "body": "body",
    "headers": "headers",
    "index": "index",
    "opaque_id": "opaque-id",
    "params": "request-params",
    "request_timeout": "request-timeout",
}


class Delegator:
    """Something that wraps a runner."""

    def __init__(self, delegate, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.delegate = delegate


class Runner:
    """The base of runners: a call is one execution, and `async with` goes round each."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.logger = logging.getLogger(type(self).__module__)

    async def __aenter__(self):
        return self

    async def __call__(self, opensearch, params):
        raise NotImplementedError(f"{type(self).__name__} does not say what it does when it is called")

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        return False

    def _default_kw_params(self, params):
        found = {keyword: params.get(name) for keyword, name in _KEYWORDS.items()}
        return {keyword: value for keyword, value in found.items() if value is not None}

    def _transport_request_params(self, params):
        query = dict(params.get("request-params") or {})
        if params.get("request-timeout") is not None:
            query["request_timeout"] = params["request-timeout"]
        headers = dict(params.get("headers") or {})
        if params.get("opaque-id") is not None:
            headers["x-opaque-id"] = params["opaque-id"]
        return query, headers


class PutSettings(Runner):
    """Changes settings of the cluster."""

    async def __call__(self, opensearch, params):
        await opensearch.cluster.put_settings(body=mandatory(params, "body", "put-settings"))


class Retry(Runner, Delegator):
    """
    Repeats a runner: `retries` times after timeouts and lost connections (`retry-on-timeout`), after results that say
    that they are no success (`retry-on-error`), or until there is one (`retry-until-success`).
    """

    def __init__(self, delegate, retry_until_success=False):
        super().__init__(delegate=delegate)
        self.retry_until_success = retry_until_success

    async def __aenter__(self):
        await self.delegate.__aenter__()
        return self

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        return await self.delegate.__aexit__(exc_type, exc_val, exc_tb)

    async def __call__(self, opensearch, params):
        endless = params.get("retry-until-success", self.retry_until_success)
        left = float("inf") if endless else params.get("retries", 0)
        on_error = endless or params.get("retry-on-error", False)
        while True:
            may_repeat = left > 0
            try:
                result = await self.delegate(opensearch, params)
                if not may_repeat or not on_error or not _is_failure(result):
                    return result
            except client_exceptions.TransportError as error:
                if not may_repeat or not params.get("retry-on-timeout", True) or not _may_pass(error):
                    raise
            left -= 1
            await asyncio.sleep(params.get("retry-wait-period", 0.5))

    def __repr__(self):
        return f"retryable {self.delegate!r}"


def _is_failure(result):
    return isinstance(result, dict) and not result.get("success", True)


def _may_pass(error):
    return isinstance(error, client_exceptions.ConnectionError) or error.status_code == 408


def mandatory(params, key, op):
    """A parameter that must be there. Raises DataError."""
    if key in params:
        return params[key]
    raise exceptions.DataError(
        f"Parameter source for operation '{op}' did not provide the mandatory parameter '{key}'. "
        f"Add it to your parameter source and try again.")


def time_func(func):
    """A function that marks start and end of a request; times are taken anyway."""
    @functools.wraps(func)
    async def timed(*args, **kwargs):
        return await func(*args, **kwargs)

    return timed


def escape(value):
    """A value as text for a query parameter."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def remove_prefix(string, prefix):
    """The text without its prefix."""
    return string.removeprefix(prefix)


def unwrap(runner):
    """The innermost runner."""
    while getattr(runner, "delegate", None):
        runner = runner.delegate
    return runner
