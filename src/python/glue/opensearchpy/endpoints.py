"""The methods of the client as a table: name, HTTP method, path, and whether there is a body."""

# A part of a path in braces is an argument; a part that is not given is left out, with its slash. The order of the
# arguments is that of the path, then `body` where the line ends in `+`. A line that ends in `+-` has the body first.
TABLE = """
info GET /
ping HEAD /
create PUT /{index}/_create/{id} +
bulk POST /{index}/_bulk +-
bulk_stream PUT /{index}/_bulk/stream +-
clear_scroll DELETE /_search/scroll/{scroll_id} +-
count POST /{index}/_count +-
create_pit POST /{index}/_search/point_in_time
delete DELETE /{index}/_doc/{id}
delete_all_pits DELETE /_search/point_in_time/_all
delete_by_query POST /{index}/_delete_by_query +
delete_by_query_rethrottle POST /_delete_by_query/{task_id}/_rethrottle
delete_pit DELETE /_search/point_in_time +
delete_script DELETE /_scripts/{id}
exists HEAD /{index}/_doc/{id}
exists_source HEAD /{index}/_source/{id}
explain POST /{index}/_explain/{id} +
field_caps POST /{index}/_field_caps +-
get GET /{index}/_doc/{id}
get_all_pits GET /_search/point_in_time/_all
get_script GET /_scripts/{id}
get_script_context GET /_script_context
get_script_languages GET /_script_language
get_source GET /{index}/_source/{id}
mget POST /{index}/_mget +-
msearch POST /{index}/_msearch +-
msearch_template POST /{index}/_msearch/template +-
mtermvectors POST /{index}/_mtermvectors +-
put_script PUT /_scripts/{id}/{context} +
rank_eval POST /{index}/_rank_eval +-
reindex POST /_reindex +
reindex_rethrottle POST /_reindex/{task_id}/_rethrottle
render_search_template POST /_render/template/{id} +-
scripts_painless_execute POST /_scripts/painless/_execute +
scroll POST /_search/scroll/{scroll_id} +-
search POST /{index}/_search +-
search_shards GET /{index}/_search_shards
search_template POST /{index}/_search/template +-
termvectors POST /{index}/_termvectors/{id} +
update POST /{index}/_update/{id} +
update_by_query POST /{index}/_update_by_query +
update_by_query_rethrottle POST /_update_by_query/{task_id}/_rethrottle
indices.add_block PUT /{index}/_block/{block}
indices.analyze POST /{index}/_analyze +-
indices.clear_cache POST /{index}/_cache/clear
indices.clone PUT /{index}/_clone/{target} +
indices.close POST /{index}/_close
indices.create PUT /{index} +
indices.create_data_stream PUT /_data_stream/{name} +
indices.data_streams_stats GET /_data_stream/{name}/_stats
indices.delete DELETE /{index}
indices.delete_alias DELETE /{index}/_alias/{name}
indices.delete_data_stream DELETE /_data_stream/{name}
indices.delete_index_template DELETE /_index_template/{name}
indices.delete_template DELETE /_template/{name}
indices.exists HEAD /{index}
indices.exists_alias HEAD /{index}/_alias/{name}
indices.exists_index_template HEAD /_index_template/{name}
indices.exists_template HEAD /_template/{name}
indices.flush POST /{index}/_flush
indices.forcemerge POST /{index}/_forcemerge
indices.get GET /{index}
indices.get_alias GET /{index}/_alias/{name}
indices.get_data_stream GET /_data_stream/{name}
indices.get_field_mapping GET /{index}/_mapping/field/{fields}
indices.get_index_template GET /_index_template/{name}
indices.get_mapping GET /{index}/_mapping
indices.get_settings GET /{index}/_settings/{name}
indices.get_template GET /_template/{name}
indices.open POST /{index}/_open
indices.put_alias PUT /{index}/_alias/{name} +
indices.put_index_template PUT /_index_template/{name} +
indices.put_mapping PUT /{index}/_mapping +-
indices.put_settings PUT /{index}/_settings +-
indices.put_template PUT /_template/{name} +
indices.recovery GET /{index}/_recovery
indices.refresh POST /{index}/_refresh
indices.resolve_index GET /_resolve/index/{name}
indices.rollover POST /{alias}/_rollover/{new_index} +
indices.segments GET /{index}/_segments
indices.shard_stores GET /{index}/_shard_stores
indices.shrink PUT /{index}/_shrink/{target} +
indices.simulate_index_template POST /_index_template/_simulate_index/{name} +
indices.simulate_template POST /_index_template/_simulate/{name} +-
indices.split PUT /{index}/_split/{target} +
indices.stats GET /{index}/_stats/{metric}
indices.update_aliases POST /_aliases +
indices.validate_query POST /{index}/_validate/query +-
cluster.allocation_explain POST /_cluster/allocation/explain +
cluster.delete_component_template DELETE /_component_template/{name}
cluster.exists_component_template HEAD /_component_template/{name}
cluster.get_component_template GET /_component_template/{name}
cluster.get_settings GET /_cluster/settings
cluster.health GET /_cluster/health/{index}
cluster.pending_tasks GET /_cluster/pending_tasks
cluster.put_component_template PUT /_component_template/{name} +
cluster.put_settings PUT /_cluster/settings +
cluster.remote_info GET /_remote/info
cluster.reroute POST /_cluster/reroute +
cluster.state GET /_cluster/state/{metric}/{index}
cluster.stats GET /_cluster/stats/nodes/{node_id}
snapshot.cleanup_repository POST /_snapshot/{repository}/_cleanup
snapshot.clone PUT /_snapshot/{repository}/{snapshot}/_clone/{target_snapshot} +
snapshot.create PUT /_snapshot/{repository}/{snapshot} +
snapshot.create_repository PUT /_snapshot/{repository} +
snapshot.delete DELETE /_snapshot/{repository}/{snapshot}
snapshot.delete_repository DELETE /_snapshot/{repository}
snapshot.get GET /_snapshot/{repository}/{snapshot}
snapshot.get_repository GET /_snapshot/{repository}
snapshot.restore POST /_snapshot/{repository}/{snapshot}/_restore +
snapshot.status GET /_snapshot/{repository}/{snapshot}/_status
snapshot.verify_repository POST /_snapshot/{repository}/_verify
ingest.delete_pipeline DELETE /_ingest/pipeline/{id}
ingest.get_pipeline GET /_ingest/pipeline/{id}
ingest.processor_grok GET /_ingest/processor/grok
ingest.put_pipeline PUT /_ingest/pipeline/{id} +
ingest.simulate POST /_ingest/pipeline/{id}/_simulate +-
nodes.hot_threads GET /_nodes/{node_id}/hot_threads
nodes.info GET /_nodes/{node_id}/{metric}
nodes.stats GET /_nodes/{node_id}/stats/{metric}/{index_metric}
nodes.usage GET /_nodes/{node_id}/usage/{metric}
cat.aliases GET /_cat/aliases/{name}
cat.allocation GET /_cat/allocation/{node_id}
cat.cluster_manager GET /_cat/cluster_manager
cat.count GET /_cat/count/{index}
cat.fielddata GET /_cat/fielddata/{fields}
cat.health GET /_cat/health
cat.indices GET /_cat/indices/{index}
cat.nodeattrs GET /_cat/nodeattrs
cat.nodes GET /_cat/nodes
cat.pending_tasks GET /_cat/pending_tasks
cat.plugins GET /_cat/plugins
cat.recovery GET /_cat/recovery/{index}
cat.repositories GET /_cat/repositories
cat.segments GET /_cat/segments/{index}
cat.shards GET /_cat/shards/{index}
cat.snapshots GET /_cat/snapshots/{repository}
cat.tasks GET /_cat/tasks
cat.templates GET /_cat/templates/{name}
cat.thread_pool GET /_cat/thread_pool/{thread_pool_patterns}
tasks.cancel POST /_tasks/{task_id}/_cancel
tasks.get GET /_tasks/{task_id}
tasks.list GET /_tasks
search_pipeline.delete DELETE /_search/pipeline/{id}
search_pipeline.get GET /_search/pipeline/{id}
search_pipeline.put PUT /_search/pipeline/{id} +
"""


class Endpoint:
    """One line of the table."""

    def __init__(self, line):
        name, self.method, path, *body = line.split()
        self.namespace, _, self.name = name.rpartition(".")
        self.parts = [part for part in path.split("/") if part]
        names = [part[1:-1] for part in self.parts if part.startswith("{")]
        self.arguments = (["body"] if body == ["+-"] else []) + names + (["body"] if body == ["+"] else [])

    def path(self, values, quote):
        """The path with its arguments, those left out that are not given."""
        found = [part if not part.startswith("{") else quote(values.get(part[1:-1])) for part in self.parts]
        return "/" + "/".join(part for part in found if part)


ENDPOINTS = [Endpoint(line) for line in TABLE.strip().splitlines()]
