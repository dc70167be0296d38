"""The workload as plug-ins see it."""
import fnmatch

__all__ = [
    "ComponentTemplate", "DataStream", "DocumentCorpus", "Documents", "Index", "IndexTemplate", "Operation",
    "Parallel", "Task", "TestProcedure", "Type", "Workload",
]


class _Named:
    """Something with a name; what has the same name and kind is equal."""

    name = ""

    def matches(self, pattern):
        """Whether the name matches a pattern; no pattern and `_all` match everything."""
        if pattern is None or pattern in ("_all", "*"):
            return True
        return any(fnmatch.fnmatchcase(self.name, part) for part in pattern.split(","))

    def __eq__(self, other):
        return type(other) is type(self) and other.name == self.name

    def __hash__(self):
        return hash((type(self).__name__, self.name))

    def __str__(self):
        return self.name

    def __repr__(self):
        return f"{type(self).__name__.lower()} {self.name}"


class Type(_Named):
    """A document type of old versions."""

    def __init__(self, name):
        self.name = name


class Index(_Named):
    """An index with its rendered body."""

    def __init__(self, name, body=None, types=None):
        self.name = name
        self.body = body
        self.types = [Type(each) if isinstance(each, str) else each for each in types or []]


class DataStream(_Named):
    """A data stream."""

    def __init__(self, name):
        self.name = name


class IndexTemplate(_Named):
    """An index template, legacy or composable."""

    def __init__(self, name, pattern, content, delete_matching_indices=False):
        self.name = name
        self.pattern = pattern
        self.content = content
        self.delete_matching_indices = delete_matching_indices


class ComponentTemplate(_Named):
    """A component template."""

    def __init__(self, name, content):
        self.name = name
        self.content = content


class Documents:
    """A document set: one file of documents."""

    SOURCE_FORMAT_BULK = "bulk"
    SOURCE_FORMAT_HDF5 = "hdf5"
    SOURCE_FORMAT_BIG_ANN = "big-ann"

    def __init__(self, source_format, document_file=None, document_file_parts=None, document_archive=None, base_url=None,
                 source_url=None, includes_action_and_meta_data=False, number_of_documents=0,
                 compressed_size_in_bytes=0, uncompressed_size_in_bytes=0, target_index=None, target_data_stream=None,
                 target_type=None, meta_data=None):
        self.source_format = source_format
        self.document_file = document_file
        self.document_file_parts = document_file_parts
        self.document_archive = document_archive
        self.base_url = base_url
        self.source_url = source_url
        self.includes_action_and_meta_data = includes_action_and_meta_data
        self.number_of_documents = number_of_documents
        self.compressed_size_in_bytes = compressed_size_in_bytes
        self.uncompressed_size_in_bytes = uncompressed_size_in_bytes
        self.target_index = target_index
        self.target_data_stream = target_data_stream
        self.target_type = target_type
        self.meta_data = meta_data or {}

    def has_compressed_corpus(self):
        """Whether there is an archive."""
        return self.document_archive is not None

    def has_uncompressed_corpus(self):
        """Whether there is a plain file."""
        return self.document_file is not None

    @property
    def number_of_lines(self):
        """Lines of the file: two for each document with action lines."""
        return self.number_of_documents * (2 if self.includes_action_and_meta_data else 1)

    @property
    def is_bulk(self):
        """Whether the file can be sent as bulk requests."""
        return self.source_format == Documents.SOURCE_FORMAT_BULK

    def __repr__(self):
        return f"{self.source_format} documents from {self.document_file}"


class DocumentCorpus(_Named):
    """A named collection of document sets."""

    def __init__(self, name, documents=None, streaming_ingestion=False, meta_data=None):
        self.name = name
        self.documents = documents or []
        self.streaming_ingestion = streaming_ingestion
        self.meta_data = meta_data or {}

    def number_of_documents(self, source_format):
        """Documents of all sets of a format."""
        return sum(each.number_of_documents or 0 for each in self.documents if each.source_format == source_format)

    def filter(self, source_format=None, target_indices=None, target_data_streams=None):
        """The corpus with the sets that match all that is given."""
        def fits(documents):
            return ((source_format is None or documents.source_format == source_format)
                    and (target_indices is None or documents.target_index in target_indices)
                    and (target_data_streams is None or documents.target_data_stream in target_data_streams))

        kept = [documents for documents in self.documents if fits(documents)]
        return DocumentCorpus(self.name, kept, self.streaming_ingestion, dict(self.meta_data))


class Operation(_Named):
    """What a task does."""

    def __init__(self, name, operation_type, meta_data=None, params=None, param_source=None):
        self.name = name
        self.type = operation_type
        self.meta_data = meta_data or {}
        self.params = params if params is not None else {}
        self.param_source = param_source


class Task(_Named):
    """An operation in a schedule."""

    def __init__(self, name, operation, tags=None, meta_data=None, warmup_iterations=None, iterations=None,
                 warmup_time_period=None, time_period=None, ramp_up_time_period=None, ramp_down_time_period=None,
                 clients=1, completes_parent=False, schedule=None, params=None):
        self.name = name
        self.operation = operation
        self.tags = [tags] if isinstance(tags, str) else list(tags or [])
        self.meta_data = meta_data or {}
        self.warmup_iterations = warmup_iterations
        self.iterations = iterations
        self.warmup_time_period = warmup_time_period
        self.time_period = time_period
        self.ramp_up_time_period = ramp_up_time_period
        self.ramp_down_time_period = ramp_down_time_period
        self.clients = clients
        self.completes_parent = completes_parent
        self.schedule = schedule
        self.params = params or {}
        self.nested = False

    @classmethod
    def from_spec(cls, spec, operation, clients):
        """A task from what the workload says of it, for a scheduler."""
        return cls(
            spec.get("name", operation["name"]), Operation(operation["name"], operation["type"], params=operation["params"]),
            tags=spec.get("tags"), meta_data=spec.get("meta"), warmup_iterations=spec.get("warmup-iterations"),
            iterations=spec.get("iterations"), warmup_time_period=spec.get("warmup-time-period"),
            time_period=spec.get("time-period"), ramp_up_time_period=spec.get("ramp-up-time-period"),
            ramp_down_time_period=spec.get("ramp-down-time-period"), clients=clients, schedule=spec.get("schedule"),
            params=spec)

    def __iter__(self):
        return iter([self])


class Parallel:
    """Tasks that start together."""

    def __init__(self, tasks, clients=None):
        self.tasks = tasks
        self._clients = clients
        self.nested = True

    @property
    def clients(self):
        """Clients of all tasks, or the number that the workload says."""
        return self._clients if self._clients is not None else sum(task.clients for task in self.tasks)

    def remove_task(self, task):
        """Takes a task away."""
        self.tasks.remove(task)

    def __iter__(self):
        return iter(self.tasks)


class TestProcedure(_Named):
    """A named schedule."""

    __test__ = False

    def __init__(self, name, description=None, user_info=None, default=False, selected=False, meta_data=None,
                 parameters=None, schedule=None):
        self.name = name
        self.description = description
        self.user_info = user_info
        self.default = default
        self.selected = selected
        self.meta_data = meta_data or {}
        self.parameters = parameters or {}
        self.schedule = schedule if schedule is not None else []

    def prepend_tasks(self, tasks):
        """Puts tasks in front."""
        self.schedule = tasks + self.schedule

    def remove_task(self, task):
        """Takes a task away."""
        self.schedule.remove(task)


class Workload(_Named):
    """Everything that the benchmark needs to know of its data and its work."""

    def __init__(self, name, description=None, meta_data=None, test_procedures=None, indices=None, data_streams=None,
                 templates=None, composable_templates=None, component_templates=None, corpora=None, has_plugins=True):
        self.name = name
        self.description = description or ""
        self.meta_data = meta_data or {}
        self.test_procedures = test_procedures or []
        self.indices = indices or []
        self.data_streams = data_streams or []
        self.templates = templates or []
        self.composable_templates = composable_templates or []
        self.component_templates = component_templates or []
        self.corpora = corpora or []
        self.has_plugins = has_plugins

    @property
    def default_test_procedure(self):
        """The one that runs if none is named; None if no one is the default."""
        return next((each for each in self.test_procedures if each.default), None)

    @property
    def selected_test_procedure(self):
        """The one that runs."""
        return next((each for each in self.test_procedures if each.selected), None)

    @property
    def selected_test_procedure_or_default(self):
        """The one that runs, or the default."""
        return self.selected_test_procedure or self.default_test_procedure

    def find_test_procedure_or_default(self, name):
        """The one of this name; the default if no name is given."""
        if not name:
            return self.default_test_procedure
        return next((each for each in self.test_procedures if each.name == name), None)

    @property
    def number_of_documents(self):
        """Documents of all corpora."""
        return sum(documents.number_of_documents or 0 for corpus in self.corpora for documents in corpus.documents)
