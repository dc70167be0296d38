"""Imports a plug-in and keeps what it registers."""
import importlib
import inspect
import os
import sys

from osbenchmark.version import RELEASE

from . import processors, randomness
from .schedulers import kind_of
from .sources import WrongShape

ENTRY = "workload"


class Registry:
    """What `register` is called with."""

    def __init__(self):
        self.sources = {}
        self.runners = {}
        self.schedulers = {}
        self.processors = []
        self.values = {}
        self.randomizations = []

    @property
    def meta_data(self):
        """What plug-ins ask before they register."""
        return {"benchmark_version": RELEASE, "async_runner": True}

    def register_param_source(self, name, param_source):
        """A class or a function that gives parameters."""
        if not callable(param_source):
            raise WrongShape(f"parameter source {name!r} must be a class or a function")
        self.sources[str(name)] = param_source

    def register_runner(self, operation_type, runner, **kwargs):
        """A coroutine function, or an object with a coroutine `__call__`."""
        name = _type_name(operation_type)
        if not kwargs.get("async_runner", False):
            raise WrongShape(f"runner {name!r} must be asynchronous, and registered with async_runner=True")
        if inspect.isclass(runner) or not callable(runner):
            raise WrongShape(f"runner {name!r} must be a function or an object that can be called, and is no such")
        self.runners[name] = runner

    def register_scheduler(self, name, scheduler):
        """A class or a function that says when requests are due."""
        if name in self.schedulers:
            raise WrongShape(f"there are two schedulers {name!r}")
        if not callable(scheduler):
            raise WrongShape(f"scheduler {name!r} must be a class or a function")
        self.schedulers[str(name)] = scheduler

    def register_workload_processor(self, processor):
        """An object that changes the workload or prepares data."""
        self.processors.append(processor)

    def register_standard_value_source(self, op_name, field_name, standard_value_source):
        """A function that gives values for a field of randomized queries."""
        if not callable(standard_value_source):
            raise WrongShape(f"the value source of {op_name!r}, field {field_name!r} must be a function")
        self.values[str(op_name), str(field_name)] = standard_value_source

    def register_query_randomization_info(self, op_name, query_name, parameter_name_options_list, optional_parameters):
        """Which parts of the queries of an operation are randomized."""
        self.randomizations.append({
            "operation": str(op_name),
            "query": str(query_name),
            "parameters": [[str(name) for name in names] for names in parameter_name_options_list],
            "optional": [str(name) for name in optional_parameters],
        })

    def names(self):
        """Everything that was registered, as data."""
        return {
            "sources": list(self.sources),
            "runners": list(self.runners),
            "schedulers": [{"name": name, "kind": kind_of(each)} for name, each in self.schedulers.items()],
            "changesWorkload": any(map(processors.changes, self.processors)),
            "preparesData": any(map(processors.prepares, self.processors)),
            "valueSources": [{"operation": operation, "field": field} for operation, field in self.values],
            "randomizations": self.randomizations,
        }


def _type_name(operation_type):
    name = getattr(operation_type, "to_hyphenated_string", None)
    return name() if name is not None else str(operation_type)


def load(directory, seed):
    """Imports all modules of a workload and lets it register."""
    parent, package = os.path.split(directory)
    if parent not in sys.path:
        sys.path.insert(0, parent)
    importlib.invalidate_caches()
    # What a module draws while it is imported is the same on every thread and node.
    randomness.use(randomness.Stream(seed))
    entry = None
    for name in _modules(directory, package):
        module = importlib.import_module(name)
        if name == f"{package}.{ENTRY}":
            entry = module
    register = getattr(entry, "register", None)
    if register is None:
        raise WrongShape("it has no function register(registry)")
    registry = Registry()
    register(registry)
    return registry


def _modules(directory, package):
    for path, directories, files in os.walk(directory):
        directories[:] = sorted(each for each in directories if not each.startswith("_"))
        inside = os.path.relpath(path, directory)
        prefix = package if inside == "." else f"{package}.{inside.replace(os.sep, '.')}"
        for file in sorted(files):
            name, extension = os.path.splitext(file)
            if extension != ".py":
                continue
            if "." in name or "." in os.path.basename(path):
                raise WrongShape(f"{os.path.join(path, file)} cannot be imported, because of the dot in its name")
            yield prefix if name == "__init__" else f"{prefix}.{name}"
