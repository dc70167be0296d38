// All operation types that this version can run.
import { bulk } from './bulk.ts';
import { clusterHealth } from './cluster-health.ts';
import { composite } from './composite.ts';
import { createDataStream, deleteDataStream } from './data-streams.ts';
import { forceMerge } from './force-merge.ts';
import { createIndex, deleteIndex } from './index-operations.ts';
import type { OperationType } from './operation.ts';
import { paginatedSearch } from './paginated-search.ts';
import { createSearchPipeline, deletePipeline, putPipeline, putSettings } from './pipelines.ts';
import { createPointInTime, deletePointInTime, listAllPointInTime } from './point-in-time.ts';
import { rawRequest } from './raw-request.ts';
import { refresh } from './refresh.ts';
import { scrollSearch } from './scroll-search.ts';
import { search } from './search.ts';
import { sleep } from './sleep.ts';
import { indexStats, nodeStats } from './stats.ts';
import {
  createComponentTemplate,
  createComposableTemplate,
  createIndexTemplate,
  deleteComponentTemplate,
  deleteComposableTemplate,
  deleteIndexTemplate,
} from './templates.ts';

/** The operation types that workers can run. A new one is a file that defines it, and a line here. */
export const executableTypes: readonly OperationType[] = [
  bulk,
  search,
  paginatedSearch,
  scrollSearch,
  rawRequest,
  composite,
  createPointInTime,
  deletePointInTime,
  listAllPointInTime,
  sleep,
  forceMerge,
  refresh,
  clusterHealth,
  createIndex,
  deleteIndex,
  createIndexTemplate,
  deleteIndexTemplate,
  createComposableTemplate,
  deleteComposableTemplate,
  createComponentTemplate,
  deleteComponentTemplate,
  createDataStream,
  deleteDataStream,
  indexStats,
  nodeStats,
  putSettings,
  putPipeline,
  deletePipeline,
  createSearchPipeline,
];

const byName: ReadonlyMap<string, OperationType> = new Map(executableTypes.map((type) => [type.name, type]));

/** The operation type of a name; `undefined` if this version has none. */
export function operationType(name: string): OperationType | undefined {
  return byName.get(name);
}
