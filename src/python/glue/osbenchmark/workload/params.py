"""The bases of parameter sources."""
from .. import exceptions


class ParamSource:
    """Gives the parameters of the operation as they are, for ever."""

    def __init__(self, workload, params, **kwargs):
        self.workload = workload
        self._params = params
        self.kwargs = kwargs

    def partition(self, partition_index, total_partitions):
        """The source of one client of the task."""
        return self

    @property
    def infinite(self):
        """Whether it never ends."""
        return self.size() is None

    def size(self):
        """How many parameters there are; None if it never ends."""
        return None

    def params(self):
        """The parameters of the next execution."""
        return self._params

    def _client_params(self):
        return {name: self._params.get(name) for name in ("request-timeout", "headers", "opaque-id")}


class DelegatingParamSource(ParamSource):
    """Asks a function."""

    def __init__(self, workload, params, delegate, **kwargs):
        super().__init__(workload, params, **kwargs)
        self.delegate = delegate

    def params(self):
        return self.delegate(self.workload, self._params, **self.kwargs)


class SearchParamSource(ParamSource):
    """The parameters of a search, with what is not given filled in."""

    def __init__(self, workload, params, **kwargs):
        super().__init__(workload, params, **kwargs)
        target = get_target(workload, params)
        name = kwargs.get("operation_name")
        if not target:
            raise exceptions.InvalidSyntax(f"'index' or 'data-stream' is mandatory and is missing for operation '{name}'")
        if params.get("data-stream") and params.get("type"):
            raise exceptions.InvalidSyntax(f"'type' not supported with 'data-stream' for operation '{name}'")
        self.query_params = {
            "index": target,
            "type": params.get("type"),
            "cache": params.get("cache"),
            "detailed-results": params.get("detailed-results", False),
            "calculate-recall": params.get("calculate-recall", True),
            "request-params": params.get("request-params", {}),
            "response-compression-enabled": params.get("response-compression-enabled", True),
            "body": params.get("body"),
        }
        for key in ("pages", "results-per-page", "with-point-in-time-from", "profile-metrics", "assertions"):
            if params.get(key):
                self.query_params[key] = params[key]
        if params.get("profile-metrics"):
            self.query_params["profile-metrics-sample-size"] = params.get("profile-metrics-sample-size", 0)
        self.query_params.update(self._client_params())

    def params(self):
        return self.query_params


def get_target(workload, params):
    """The index or data stream that an operation names, or the only one of the workload."""
    only = workload.indices or workload.data_streams
    default = only[0].name if len(only) == 1 else None
    return params.get("index") or params.get("data-stream") or default
