// The ini file that is written on first use.
import { join } from 'node:path';
import type { Locations } from './locations.ts';

/** The version of the format of `benchmark.ini`, which is that of OpenSearch Benchmark. */
export const configVersion = 17;

/** The text of a new ini file: all settings that users commonly change, with their defaults. */
export function iniTemplate(locations: Locations, workloads: string): string {
  const root = join(locations.directory, 'benchmarks');
  return `# Configuration of opensearch-benchmark. Flags of the command line beat what is written here.

[meta]
config.version = ${configVersion}

[system]
# Stored with each test run, to tell machines apart.
env.name = local
# Load generating threads; all cores if left out.
# available.cores = 4

[node]
root.dir = ${root}

[benchmarks]
# Documents of workloads; may be large.
local.dataset.cache = ${join(root, 'data')}

[reporting]
datastore.type = in-memory
# Rows of processing time in the summary.
# output.processingtime = false

[workloads]
# Git repositories of workloads: <name>.url, chosen with --workload-repository=<name>.
default.url = ${workloads}

[defaults]
preserve_benchmark_candidate = false
`;
}
