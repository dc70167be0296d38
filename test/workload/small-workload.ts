// A small workload that uses everything a workload can: fragments, parameters, bodies, helpers, parallel tasks.
import { operationCatalog } from '../../src/operation/registry.ts';
import type { EpochMillis } from '../../src/units.ts';
import { epochMillis } from '../../src/units.ts';
import type { WorkloadRequest } from '../../src/workload/load.ts';

/** 2026-01-01T00:00:00.250Z */
export const wallTime = (): EpochMillis => epochMillis(1767225600250);

export const smallWorkload: Readonly<Record<string, string>> = {
  'workload.json': `{% import "benchmark.helpers" as benchmark with context %}
{
  "version": 2,
  "description": "A small workload",
  "indices": [
    {
      "name": "logs",
      "body": "index.json"
    }
  ],
  "templates": [
    {"name": "logs", "index-pattern": "logs-*", "template": "template.json"}
  ],
  "corpora": [
    {
      "name": "logs",
      "base-url": "http://localhost/logs",
      "documents": [
        {
          {% if use_gzip is defined %}
          "source-file": "logs.json.gz",
          {% else %}
          "source-file": "logs.json.bz2",
          {% endif %}
          "document-count": {{ documents | default(1000) }},
          "compressed-bytes": 5000,
          "uncompressed-bytes": 50000
        }
      ]
    }
  ],
  "operations": [
    {{ benchmark.collect(parts="operations/*.json") }}
  ],
  "test_procedures": [
    {{ benchmark.collect(parts="test_procedures/*.json") }}
  ]
}
`,
  'index.json': `{% import "benchmark.helpers" as benchmark with context %}
{
  "settings": {
    "index.number_of_shards": {{ number_of_shards | default(1) }}{{ benchmark.exists_set_param("index.codec", codec) }}
  },
  "mappings": {"dynamic": "strict", "properties": {"message": {"type": "text"}}}
}
`,
  'template.json':
    '{"index_patterns": ["logs-*"], "settings": {"number_of_replicas": {{ replicas | default(0) | tojson }}}}',
  'operations/default.json': `{
  "name": "append",
  "operation-type": "bulk",
  "bulk-size": {{ bulk_size | default(100) }},
  "ingest-percentage": {{ ingest_percentage | default(100) }}
},
{
  "name": "match",
  "operation-type": "search",
  "index": "logs",
  "request-params": {"request_cache": false},
  "body": {
    "query": {"match": {"message": "error"}},
    "size": {{ size | default(10) | tojson }}
  }
},
{
  "name": "merge",
  "operation-type": "force-merge",
  "request-timeout": 7200
}
`,
  'operations/extra.json': `{
  "name": "raw",
  "operation-type": "raw-request",
  "path": "/_cat/indices",
  "method": "GET"
}
`,
  'test_procedures/default.json': `{
  "name": "append-then-search",
  "description": "Indexes, then searches",
  "default": true,
  "schedule": [
    {{ benchmark.collect(parts="common/set-up.json") }},
    {
      "parallel": {
        "warmup-time-period": 2,
        "time-period": 8,
        "completed-by": "reads",
        "tasks": [
          {"name": "reads", "operation": "match", "clients": 2, "target-throughput": "{{ rate | default(50) }} ops/s"},
          {"name": "cats", "operation": "raw", "clients": 1, "target-interval": 2}
        ]
      }
    },
    {
      "operation": {
        "operation-type": "sleep",
        "duration": {{ pause | default(1) }}
      }
    }
  ]
},
{
  "name": "search-only",
  "schedule": [
    {%- for n in range(1, 4) %}
    {"name": "match-{{ n }}", "operation": "match", "clients": {{ n }}, "iterations": 10, "warmup-iterations": 5, "tags": ["read"]}{% if not loop.last %},{% endif %}
    {%- endfor %}
  ]
}
`,
  'test_procedures/common/set-up.json': `{
  "operation": "delete-index"
},
{
  "operation": {
    "operation-type": "create-index"{%- if index_settings is defined %},
    "settings": {{ index_settings | tojson }}{%- endif %}
  }
},
{
  "operation": "append",
  "clients": {{ clients | default(4) }},
  "warmup-time-period": 120,
  "ignore-response-error-level": "{{ error_level | default('non-fatal') }}"
},
{
  "operation": "merge"
}
`,
};

/** A request for the workload at a path, with nothing else asked for. */
export function requestFor(workloadPath: string, more: Partial<WorkloadRequest> = {}): WorkloadRequest {
  return {
    workload: null,
    workloadPath,
    repository: 'default',
    repositoryUrl: null,
    repositoriesDirectory: '/nowhere',
    revision: null,
    distributionVersion: null,
    isOffline: true,
    git: { environment: {} },
    params: new Map(),
    testProcedure: null,
    includeTasks: [],
    excludeTasks: [],
    testMode: false,
    purpose: 'run',
    operations: { ...operationCatalog, check: () => [] },
    wallTime,
    ...more,
  };
}
