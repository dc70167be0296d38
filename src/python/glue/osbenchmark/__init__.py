"""The names of OpenSearch Benchmark that plug-ins use, written anew for this program."""
