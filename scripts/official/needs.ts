// What the test procedures of the official workloads need beyond a server: parameters without which they do not render
// or cannot run on a single node, parts of the server, and procedures that must have run before.

/**
 * A plug-in or module of the server, by the name that the server gives it; or a part beside it: `kafka` is a broker,
 * `faiss` stands for the native libraries of `opensearch-knn`.
 */
export type ServerPart =
  | 'faiss'
  | 'ingest-geoip'
  | 'kafka'
  | 'neural-search'
  | 'opensearch-index-management'
  | 'opensearch-knn'
  | 'opensearch-ml'
  | 'opensearch-sql'
  | 'repository-s3'
  | 'transport-grpc';

/** What one test procedure needs. */
export interface ProcedureNeeds {
  /** A file of parameters in the directory of the workload; `null` = none. */
  readonly paramsFile: string | null;
  /**
   * Parameters that are added to those of the file, or stand in their place. In texts `{kafka}` is the address of the
   * broker, and `{data}` the directory of the corpora.
   */
  readonly params: Readonly<Record<string, unknown>>;
  readonly parts: readonly ServerPart[];
  /** Test procedures of the same workload whose indices this one reads. */
  readonly after: readonly string[];
  /** Tasks that are left out of its run, because the workload names an operation for them that it does not define. */
  readonly withoutTasks: readonly string[];
  /** Requests that fail because of what the workload asks for, on each server or on those that can be had. */
  readonly knownFailures: readonly KnownFailure[];
}

/** Tasks whose requests fail through no fault of the program that sends them. */
export interface KnownFailure {
  /** Of the names of the tasks. */
  readonly tasks: RegExp;
  readonly why: string;
}

interface Rule extends Partial<ProcedureNeeds> {
  readonly workload: string;
  /** Of the names of procedures; all of the workload without it. */
  readonly procedures?: RegExp;
}

/** Without replicas the one node of the server is green; where a workload's default is one, it would wait in vain. */
const WITHOUT_REPLICAS = { number_of_replicas: 0 };

const RULES: readonly Rule[] = [
  { workload: 'big5', params: WITHOUT_REPLICAS },
  {
    workload: 'big5',
    procedures: /^intra-segment$/,
    knownFailures: [
      { tasks: /span-near|intervals/, why: 'the mapping of the field (match_only_text) keeps no positions' },
    ],
  },
  { workload: 'big5', procedures: /ppl/, parts: ['opensearch-sql'] },
  { workload: 'big5', procedures: /^grpc/, parts: ['transport-grpc'] },
  { workload: 'clickbench', params: WITHOUT_REPLICAS },
  { workload: 'clickbench', procedures: /^(?!dsl)/, parts: ['opensearch-sql'] },
  {
    workload: 'clickbench',
    procedures: /^dsl/,
    knownFailures: [
      {
        tasks: /^dsl-q(19|28|40)-/,
        why: 'the scripts of these searches are in the language of the plug-in opensearch-sql',
      },
    ],
  },
  {
    workload: 'eventdata',
    procedures: /^transform$/,
    parts: ['opensearch-index-management'],
    knownFailures: [{ tasks: /geo-tile/, why: 'transforms of OpenSearch cannot group by geotile_grid' }],
  },
  {
    // The settings of the index do not name the topic, because no server without the plug-in ingestion-kafka, which
    // cannot be had, knows such an index: what is sent is seen by the broker alone.
    workload: 'geonames',
    procedures: /^polling-ingest/,
    parts: ['kafka'],
    params: { index_settings: {}, ingestion_topic: 'geonames', ingestion_bootstrap_servers: '{kafka}' },
  },
  { workload: 'http_logs', procedures: /^grpc/, parts: ['transport-grpc'] },
  { workload: 'http_logs', procedures: /pipeline$/, parts: ['ingest-geoip'] },
  {
    workload: 'noaa',
    procedures: /^top_metrics$/,
    knownFailures: [{ tasks: /top_metrics/, why: 'OpenSearch has no aggregation top_metrics' }],
  },
  {
    workload: 'neural_search',
    paramsFile: 'params/semantic_search.json',
    // The queries of the files would be downloaded.
    params: { variable_queries: 0 },
    parts: ['neural-search', 'opensearch-knn', 'opensearch-ml'],
  },
  { workload: 'neural_search', procedures: /^hybrid/, paramsFile: 'params/hybrid_search.json' },
  {
    // It takes no other queries than those of its file, which must lie in the directory of the workload.
    workload: 'neural_search',
    procedures: /^multimodal/,
    paramsFile: 'params/multimodal_search.json',
    params: { variable_queries: 1000 },
  },
  { workload: 'neural_search', procedures: /^sparse/, paramsFile: 'params/sparse_search.json' },
  {
    workload: 'neural_search',
    procedures: /semantic-field/,
    paramsFile: 'params/semanticfield/neural_search_semantic_field_dense_model.json',
  },
  { workload: 'noaa_semantic_search', parts: ['neural-search'] },
  { workload: 'noaa_semantic_search', procedures: /no-index/, after: ['create-and-index'] },
  { workload: 'nyc_taxis', procedures: /longevity/, withoutTasks: ['default'] },
  { workload: 'nyc_taxis', procedures: /^searchable-snapshot$/, parts: ['repository-s3'] },
  { workload: 'treccovid_semantic_search', parts: ['neural-search', 'opensearch-knn', 'opensearch-ml'] },
  {
    workload: 'vectorsearch',
    paramsFile: 'params/corpus/1million/lucene-cohere-768-dp.json',
    params: { target_index_replica_shards: 0, query_count: 100 },
    parts: ['opensearch-knn'],
  },
  { workload: 'vectorsearch', procedures: /^(search-only|force-merge)/, after: ['no-train-test-index-only'] },
  { workload: 'vectorsearch', procedures: /^grpc/, parts: ['transport-grpc'] },
  {
    workload: 'vectorsearch',
    procedures: /^grpc-cbor/,
    knownFailures: [
      { tasks: /cbor/, why: 'opensearch-knn reads the documents of an index with derived source as JSON' },
    ],
  },
  {
    workload: 'vectorsearch',
    procedures: /^random-vector/,
    paramsFile: 'params/random_vector/random-vector-lucene.json',
    params: { index_iterations: 10 },
  },
  {
    workload: 'vectorsearch',
    procedures: /prefetch$/,
    knownFailures: [
      { tasks: /knn-prefetch/, why: 'the release that has opensearch-knn does not know knn.feature.prefetch.enabled' },
    ],
  },
  { workload: 'vectorsearch', procedures: /^random-vector-search-only/, after: ['random-vector-index-only'] },
  {
    workload: 'vectorsearch',
    procedures: /^train-test$/,
    paramsFile: 'params/train/train-faiss-sift-128-l2-pq.json',
    params: {
      target_index_bulk_index_data_set_path: '{data}/train.hdf5',
      train_index_bulk_index_data_set_path: '{data}/train.hdf5',
      query_data_set_path: '{data}/train.hdf5',
    },
    parts: ['faiss'],
  },
];

/** The needs of a test procedure; those of a workload that no rule names are empty. */
export function needsOf(workload: string, procedure: string): ProcedureNeeds {
  const rules = RULES.filter((rule) => rule.workload === workload && (rule.procedures?.test(procedure) ?? true));
  return {
    paramsFile: rules.findLast((rule) => rule.paramsFile != null)?.paramsFile ?? null,
    params: Object.assign({}, ...rules.map((rule) => rule.params)),
    parts: rules.flatMap((rule) => rule.parts ?? []),
    after: rules.flatMap((rule) => rule.after ?? []),
    withoutTasks: rules.flatMap((rule) => rule.withoutTasks ?? []),
    knownFailures: rules.flatMap((rule) => rule.knownFailures ?? []),
  };
}
