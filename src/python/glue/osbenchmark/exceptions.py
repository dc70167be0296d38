"""The exceptions of OpenSearch Benchmark, by the names under which plug-ins raise and catch them."""


class BenchmarkError(Exception):
    """The base of all; it has a message and may have a cause."""

    def __init__(self, message="", cause=None):
        super().__init__(message, cause)
        self.message = message
        self.cause = cause

    def __str__(self):
        return str(self.message)

    __repr__ = __str__


def _kind(name, what, base=BenchmarkError):
    return type(name, (base,), {"__doc__": what, "__module__": __name__})


LaunchError = _kind("LaunchError", "A node could not be started.")
InstallError = _kind("InstallError", "A node could not be installed.")
ExecutorError = _kind("ExecutorError", "A command of the builder failed.")
SystemSetupError = _kind("SystemSetupError", "Something that the benchmark needs is not there.")
BenchmarkAssertionError = _kind("BenchmarkAssertionError", "A condition does not hold.")
BenchmarkTaskAssertionError = _kind(
    "BenchmarkTaskAssertionError", "An assertion of a task does not hold.", BenchmarkAssertionError)
ConfigError = _kind("ConfigError", "The configuration is wrong.")
ConfigurationError = _kind("ConfigurationError", "A parameter is missing or of the wrong type.")
DataError = _kind("DataError", "The data of the benchmark is wrong.")
DataStreamingError = _kind("DataStreamingError", "Streaming of data failed.")
MappingsError = _kind("MappingsError", "A mapping is wrong.")
SupplyError = _kind("SupplyError", "A distribution cannot be had.")
BuildError = _kind("BuildError", "A distribution cannot be built.")
InvalidSyntax = _kind("InvalidSyntax", "The workload says something that cannot be.")
InvalidName = _kind("InvalidName", "A name is wrong.")
InvalidExtensionException = _kind("InvalidExtensionException", "A file has an extension that is not known.")
WorkloadConfigError = _kind("WorkloadConfigError", "A parameter of the workload is wrong.")
NotFound = _kind("NotFound", "Something is not there.")
