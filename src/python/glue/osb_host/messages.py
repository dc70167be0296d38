"""The commands that the process round Python gives, and what is answered."""
import os

from osbenchmark import exceptions

from . import plugin, processors, randomness
from .encode import text
from .failures import describe
from .runners import Runs, decides_completion
from .schedulers import Scheduler
from .sources import ParameterSource, WrongShape
from .view import workload_of

# The working directory, in memory.
SCRATCH = "/run"


class Commands:
    """Everything that was opened, by the numbers that the other side gives."""

    def __init__(self):
        self._registry = plugin.Registry()
        self._workload = None
        self._sources = {}
        self._schedulers = {}
        self._values = {}
        self._runs = Runs()
        self._run_stream = None

    def obey(self, header, payload):
        """Obeys one command. Returns its answer and bytes that go with it."""
        return getattr(self, f"_{header['do']}")(header, payload)

    def _register(self, header, payload):
        self._workload = workload_of(header["workload"])
        self._run_stream = randomness.Stream(header["seed"])
        self._registry = plugin.load(header["directory"], header["seed"])
        return {"names": self._registry.names()}, b""

    def _tellWorkload(self, header, payload):
        self._workload = workload_of(header["workload"])
        return {}, b""

    def _openSource(self, header, payload):
        registered = _named(self._registry.sources, header["name"], "parameter source")
        source = ParameterSource(registered, self._workload, header)
        self._sources[header["source"]] = source
        return source.facts(), b""

    def _batch(self, header, payload):
        source = self._sources[header["source"]]
        answer, data, error = source.batch(header["count"], header["most"])
        if error is not None:
            answer["error"] = describe(error)
        answer["progress"] = source.progress()
        return answer, data

    def _closeSource(self, header, payload):
        self._sources.pop(header["source"], None)
        return {}, b""

    def _openRunner(self, header, payload):
        runner = _named(self._registry.runners, header["name"], "runner")
        return {"decidesCompletion": decides_completion(runner)}, b""

    def _run(self, header, payload):
        runner = _named(self._registry.runners, header["name"], "runner")
        if header["source"] is None:
            params = header["params"]
        else:
            params = self._sources[header["source"]].kept.pop(header["kept"])
        self._runs.start(header["run"], runner, params)
        return self._pumped()

    def _answer(self, header, payload):
        self._runs.answer(header["request"], header, payload)
        return self._pumped()

    def _cancelRun(self, header, payload):
        self._runs.cancel(header["run"])
        return self._pumped()

    def _wake(self, header, payload):
        return self._pumped()

    def _pumped(self):
        # Runners of all clients take turns in one loop, and must not draw from the streams of sources.
        randomness.use(self._run_stream)
        events, data, wait = self._runs.pump()
        return {"events": events, "wait": wait}, data

    def _openScheduler(self, header, payload):
        registered = _named(self._registry.schedulers, header["name"], "scheduler")
        source = self._sources.get(header["source"])
        scheduler = Scheduler(registered, header, None if source is None else source.own)
        self._schedulers[header["scheduler"]] = scheduler
        return {"kind": scheduler.kind}, b""

    def _setRate(self, header, payload):
        self._schedulers[header["scheduler"]].set_rate(header["rate"])
        return {}, b""

    def _chain(self, header, payload):
        return {"times": self._schedulers[header["scheduler"]].chain(header["current"], header["count"])}, b""

    def _after(self, header, payload):
        return {"times": [self._schedulers[header["scheduler"]].after(header["told"], header["current"])]}, b""

    def _closeScheduler(self, header, payload):
        self._schedulers.pop(header["scheduler"], None)
        return {}, b""

    def _openValues(self, header, payload):
        key = header["operation"], header["field"]
        if key not in self._registry.values:
            raise exceptions.SystemSetupError(
                f"Could not find standard value source for operation {key[0]}, field {key[1]}.")
        self._values[header["values"]] = self._registry.values[key], randomness.Stream(header["seed"])
        return {}, b""

    def _takeValues(self, header, payload):
        source, stream = self._values[header["values"]]
        randomness.use(stream)
        made = []
        for _ in range(header["count"]):
            value = source()
            if not isinstance(value, dict):
                raise WrongShape(f"a value source must return a dict, but returned {value!r:.100}")
            made.append(text(value))
        return {"values": made}, b""

    def _closeValues(self, header, payload):
        self._values.pop(header["values"], None)
        return {}, b""

    def _showValues(self, header, payload):
        for name, value in header["values"].items():
            if os.path.basename(name) == name:
                with open(os.path.join(SCRATCH, name), "w", encoding="utf-8") as file:
                    file.write(value)
        return {}, b""

    def _changeWorkload(self, header, payload):
        return {"document": text(processors.change(self._registry.processors, header["document"]))}, b""


def _named(table, name, what):
    if name not in table:
        raise exceptions.SystemSetupError(f"The plug-in has registered no {what} {name!r}.")
    return table[name]
