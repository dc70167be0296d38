"""Makes the objects that plug-ins see of the description of a workload."""
from osbenchmark.workload.workload import (
    ComponentTemplate,
    DataStream,
    DocumentCorpus,
    Documents,
    Index,
    IndexTemplate,
    Operation,
    Task,
    TestProcedure,
    Workload,
)


def workload_of(view):
    """The workload, from what the driver says of it."""
    if view is None:
        return Workload("")
    return Workload(
        view["name"],
        description=view["description"],
        meta_data=view["meta"],
        indices=[Index(each["name"], each["body"], each["types"]) for each in view["indices"]],
        data_streams=[DataStream(name) for name in view["dataStreams"]],
        templates=[_template(each) for each in view["templates"]],
        composable_templates=[_template(each) for each in view["composableTemplates"]],
        component_templates=[ComponentTemplate(each["name"], each["body"]) for each in view["componentTemplates"]],
        corpora=[_corpus(each) for each in view["corpora"]],
        test_procedures=[_procedure(each) for each in view["testProcedures"]],
    )


def _template(view):
    return IndexTemplate(view["name"], view["pattern"], view["body"], view["deleteMatchingIndices"])


def _corpus(view):
    return DocumentCorpus(view["name"], [_documents(each) for each in view["documents"]], meta_data=view["meta"])


def _documents(view):
    return Documents(
        view["sourceFormat"],
        document_file=view["path"] or view["documentFile"],
        document_archive=view["archiveFile"],
        base_url=view["baseUrl"],
        source_url=view["sourceUrl"],
        includes_action_and_meta_data=view["includesActionAndMetaData"],
        number_of_documents=view["documentCount"],
        compressed_size_in_bytes=view["compressedBytes"],
        uncompressed_size_in_bytes=view["uncompressedBytes"],
        target_index=view["targetIndex"],
        target_data_stream=view["targetDataStream"],
        target_type=view["targetType"],
        meta_data=view["meta"],
    )


def _procedure(view):
    return TestProcedure(
        view["name"],
        description=view["description"],
        default=view["isDefault"],
        selected=view["isSelected"],
        meta_data=view["meta"],
        parameters=view["parameters"],
        schedule=[_task(each) for each in view["tasks"]],
    )


def _task(view):
    operation = view["operation"]
    params = operation["params"]
    throughput = view["targetThroughput"]
    return Task(
        view["name"],
        Operation(operation["name"], operation["type"], params=params, param_source=params.get("param-source")),
        tags=view["tags"],
        meta_data=view["meta"],
        warmup_iterations=view["warmupIterations"],
        iterations=view["iterations"],
        warmup_time_period=view["warmupTimePeriod"],
        time_period=view["timePeriod"],
        clients=view["clients"],
        params={} if throughput is None else {"target-throughput": throughput["value"]},
    )
