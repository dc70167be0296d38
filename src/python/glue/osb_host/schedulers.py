"""Schedulers of plug-ins: they say when a request is due. Times are in seconds since the client began the task."""
import inspect
import math

from osbenchmark.workload.workload import Task

from . import randomness
from .sources import WrongShape


def kind_of(scheduler):
    """`full` if it hears of each request or is made from the parameters of its task, else `simple`."""
    hears = all(callable(getattr(scheduler, name, None)) for name in ("before_request", "after_request", "next"))
    return "full" if inspect.isclass(scheduler) and hears or is_legacy(scheduler) else "simple"


def is_legacy(scheduler):
    """Whether it is a class of the old kind, which is made from the parameters of its task."""
    return inspect.isclass(scheduler) and "params" in inspect.signature(scheduler.__init__).parameters


class Scheduler:
    """The scheduler of one client."""

    def __init__(self, registered, request, source):
        self._registered = registered
        self._task = Task.from_spec(request["spec"], request["operation"], request["clientCount"])
        self._source = source
        self.kind = kind_of(registered)
        self.stream = randomness.Stream(request["seed"])
        self._scheduler = None
        randomness.use(self.stream)
        if self.kind == "full":
            self._scheduler = self._built(self._construct())

    def set_rate(self, per_second):
        """Makes a simple scheduler anew, for a rate of this client."""
        if self.kind == "full":
            return
        randomness.use(self.stream)
        self._scheduler = self._built(self._construct(per_second))

    def chain(self, current, count):
        """The times after `current`, one after the other, as a simple scheduler gives them."""
        if self._scheduler is None:
            # The task has no target throughput.
            self.set_rate(None)
        randomness.use(self.stream)
        times = []
        for _ in range(count):
            current = self._due(current)
            times.append(current)
        return times

    def after(self, told, current):
        """Tells a full scheduler what has happened, and returns the time after `current`."""
        randomness.use(self.stream)
        for event in told:
            if not hasattr(self._scheduler, "before_request"):
                break
            if event["kind"] == "before":
                self._scheduler.before_request(event["now"])
            else:
                meta = {"success": event["success"]}
                self._scheduler.after_request(event["now"], event["weight"], event["unit"], meta)
        return self._due(current)

    def _due(self, current):
        due = self._scheduler.next(current) if hasattr(self._scheduler, "next") else self._scheduler(current)
        if isinstance(due, bool) or not isinstance(due, (int, float)) or not math.isfinite(due):
            raise WrongShape(f"next() must return a number of seconds, but returned {due!r:.100}")
        return float(due)

    def _construct(self, *rate):
        if not inspect.isclass(self._registered):
            return self._registered
        if is_legacy(self._registered):
            return self._registered(self._task.params)
        return self._registered(self._task, *rate)

    def _built(self, scheduler):
        if self._source is not None and hasattr(scheduler, "parameter_source"):
            scheduler.parameter_source = self._source
        return scheduler
