"""The client side of OpenSearch Benchmark, as far as plug-ins name it."""
from .context import RequestContextHolder
