"""The bases of schedulers."""
from abc import ABC, abstractmethod


class SimpleScheduler(ABC):
    """Says when a request is due, from when the one before it was."""

    @abstractmethod
    def next(self, current):
        """Seconds since the start of the task."""


class Scheduler(ABC):
    """Hears of each request as well."""

    def before_request(self, now):
        """A request leaves."""

    def after_request(self, now, weight, unit, request_meta_data):
        """A request has ended."""

    @abstractmethod
    def next(self, current):
        """Seconds since the start of the task."""
