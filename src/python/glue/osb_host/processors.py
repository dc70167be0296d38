"""Workload processors: they see the rendered workload as objects, and what they change of it is written back."""
import copy
import inspect

from osbenchmark.workload.loader import WorkloadProcessor
from osbenchmark.workload.workload import DocumentCorpus, Documents, Index, Operation, Parallel, Task, TestProcedure, Workload

# Attributes of tasks, and the keys that they have in a workload.
_TASK = {
    "name": "name", "tags": "tags", "meta_data": "meta", "clients": "clients", "iterations": "iterations",
    "warmup_iterations": "warmup-iterations", "time_period": "time-period", "schedule": "schedule",
    "warmup_time_period": "warmup-time-period", "ramp_up_time_period": "ramp-up-time-period",
    "ramp_down_time_period": "ramp-down-time-period",
}
_DOCUMENTS = {
    "base_url": "base-url", "source_url": "source-url", "source_format": "source-format",
    "number_of_documents": "document-count", "compressed_size_in_bytes": "compressed-bytes",
    "uncompressed_size_in_bytes": "uncompressed-bytes", "target_index": "target-index", "target_type": "target-type",
    "target_data_stream": "target-data-stream", "includes_action_and_meta_data": "includes-action-and-meta-data",
    "meta_data": "meta", "document_file": "source-file",
}


def changes(processor):
    """Whether a processor wants to change the workload."""
    return _has_own(processor, "on_after_load_workload")


def prepares(processor):
    """Whether a processor wants to prepare data."""
    return _has_own(processor, "on_prepare_workload")


def _has_own(processor, name):
    own = getattr(type(processor), name, None)
    return own is not None and own is not getattr(WorkloadProcessor, name)


def change(processors, document):
    """What the processors make of a rendered workload."""
    document = copy.deepcopy(document)
    writer = _Writer(document)
    for processor in processors:
        if changes(processor):
            given = writer.workload
            # The first parameter has had several names, by which plug-ins may expect it.
            takes_more = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in
                             inspect.signature(processor.on_after_load_workload).parameters.values())
            processor.on_after_load_workload(given, **({"serverless_mode": False} if takes_more else {}))
    writer.write()
    return document


class _Writer:
    """The objects of a workload, with the parts of the document that they were made from."""

    def __init__(self, document):
        self._document = document
        self._parts = {}
        self._operations = {each["name"]: each for each in document.get("operations", []) if "name" in each}
        self.workload = Workload(
            document.get("name", ""),
            description=document.get("description"),
            meta_data=document.get("meta"),
            indices=[self._of(Index(each["name"], each.get("body"), each.get("types")), each, {"name": "name"})
                     for each in document.get("indices", [])],
            corpora=[self._corpus(each) for each in document.get("corpora", [])],
            test_procedures=[self._procedure(each) for each in self._procedures()],
        )

    def _procedures(self):
        document = self._document
        if "test_procedures" in document:
            return document["test_procedures"]
        return [document["test_procedure"]] if "test_procedure" in document else [document]

    def _of(self, made, part, keys):
        """Remembers what an object was made from, and what its attributes were."""
        held = {attribute: copy.deepcopy(getattr(made, attribute)) for attribute in keys}
        self._parts[id(made)] = made, part, keys, held
        return made

    def _corpus(self, part):
        documents = [self._of(Documents(
            each.get("source-format", part.get("source-format", "bulk")),
            **{attribute: each.get(key) for attribute, key in _DOCUMENTS.items() if attribute != "source_format"},
        ), each, _DOCUMENTS) for each in part.get("documents", [])]
        return self._of(DocumentCorpus(part["name"], documents, meta_data=part.get("meta")), part, {"name": "name"})

    def _procedure(self, part):
        schedule = [self._element(each) for each in part.get("schedule", [])]
        made = TestProcedure(part.get("name", "default"), part.get("description"), default=part.get("default", False),
                             meta_data=part.get("meta"), parameters=part.get("parameters"), schedule=schedule)
        return self._of(made, part, {})

    def _element(self, part):
        if "parallel" not in part:
            return self._task(part)
        inner = part["parallel"]
        return self._of(Parallel([self._task(each) for each in inner.get("tasks", [])], inner.get("clients")), part, {})

    def _task(self, part):
        named = part["operation"]
        spec = self._operations.get(named, {"operation-type": named}) if isinstance(named, str) else named
        name = named if isinstance(named, str) else spec.get("name", spec.get("operation-type"))
        params = copy.deepcopy(spec)
        operation = Operation(name, spec.get("operation-type"), params=params, param_source=spec.get("param-source"))
        self._parts[id(operation)] = operation, spec, {}, {"params": copy.deepcopy(params)}
        given = {attribute: part.get(key) for attribute, key in _TASK.items() if attribute not in ("name", "meta_data")}
        given["clients"] = part.get("clients", 1)
        task = Task(part.get("name", name), operation, meta_data=part.get("meta"), params=part, **given)
        return self._of(task, part, _TASK)

    def write(self):
        """Writes back what has changed."""
        document = self._document
        if "indices" in document:
            document["indices"] = [self._part(each) for each in self.workload.indices]
        if "corpora" in document:
            for corpus in self.workload.corpora:
                self._part(corpus)["documents"] = [self._part(each) for each in corpus.documents]
            document["corpora"] = [self._part(each) for each in self.workload.corpora]
        for procedure in self.workload.test_procedures:
            self._part(procedure)["schedule"] = [self._written(each) for each in procedure.schedule]
        if "test_procedures" in document:
            document["test_procedures"] = [self._part(each) for each in self.workload.test_procedures]

    def _written(self, element):
        if isinstance(element, Parallel):
            part = self._part(element)
            part.setdefault("parallel", {})["tasks"] = [self._written(each) for each in element.tasks]
            return part
        part = self._part(element)
        operation = element.operation
        known = self._parts.get(id(operation))
        if known is None or known[3]["params"] != operation.params:
            part["operation"] = {"name": operation.name, "operation-type": operation.type, **operation.params}
        return part

    def _part(self, made):
        """The part of the document of an object, with its changed attributes; a new one for a new object."""
        keys = _TASK if isinstance(made, Task) else _DOCUMENTS if isinstance(made, Documents) else {"name": "name"}
        _, part, keys, held = self._parts.setdefault(id(made), (made, {}, keys, {}))
        for attribute, key in keys.items():
            value = getattr(made, attribute, None)
            if attribute in held and held[attribute] == value:
                continue
            if value is None or (attribute not in held and value in ([], {})):
                part.pop(key, None)
            else:
                part[key] = value
        return part
