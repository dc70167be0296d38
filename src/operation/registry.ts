// All operation types that this version can run.

import type { OperationCatalog, OperationFacts } from '../workload/operation-catalog.ts';
import { deleteAsyncSearch, getAsyncSearch, submitAsyncSearch } from './async-search.ts';
import { bulk } from './bulk.ts';
import { bulkVectorDataSet } from './bulk-vector-data-set.ts';
import { clusterHealth } from './cluster-health.ts';
import { putSettings, updateConcurrentSegmentSearchSettings } from './cluster-settings.ts';
import { composite } from './composite.ts';
import { borrowsDocuments } from './corpus-source.ts';
import { createDataStream, deleteDataStream } from './data-streams.ts';
import { typeName } from './database/database.ts';
import { databases } from './database/databases.ts';
import { forceMerge } from './force-merge.ts';
import { createIndex, deleteIndex } from './index-operations.ts';
import { deleteKnnModel, trainKnnModel } from './knn-models.ts';
import { createMlConnector, deleteMlConnector } from './ml-connectors.ts';
import { deleteMlModel, deployMlModel, registerMlModel, registerRemoteMlModel } from './ml-models.ts';
import type { OperationType } from './operation.ts';
import { paginatedSearch } from './paginated-search.ts';
import { createSearchPipeline, deletePipeline, putPipeline } from './pipelines.ts';
import { createPointInTime, deletePointInTime, listAllPointInTime } from './point-in-time.ts';
import { produceStreamMessage } from './produce-stream-message.ts';
import { protoBulk } from './proto-bulk.ts';
import { protoBulkVectorDataSet } from './proto-bulk-vector-data-set.ts';
import { protoSearch } from './proto-search.ts';
import { protoVectorSearch } from './proto-vector-search.ts';
import { rawRequest } from './raw-request.ts';
import { waitForRecovery } from './recovery.ts';
import { refresh } from './refresh.ts';
import { scrollSearch } from './scroll-search.ts';
import { search } from './search.ts';
import { shrinkIndex } from './shrink-index.ts';
import { sleep } from './sleep.ts';
import {
  createSnapshot,
  createSnapshotRepository,
  deleteSnapshotRepository,
  restoreSnapshot,
  waitForSnapshotCreate,
} from './snapshots.ts';
import { indexStats, nodeStats } from './stats.ts';
import {
  createComponentTemplate,
  createComposableTemplate,
  createIndexTemplate,
  deleteComponentTemplate,
  deleteComposableTemplate,
  deleteIndexTemplate,
} from './templates.ts';
import { createTransform, deleteTransform, startTransform, waitForTransform } from './transforms.ts';
import { vectorSearch } from './vector-search.ts';

/** The operation types that workers can run. A new one is a file that defines it, and a line here. */
export const executableTypes: readonly OperationType[] = [
  bulk,
  search,
  paginatedSearch,
  scrollSearch,
  rawRequest,
  composite,
  produceStreamMessage,
  protoBulk,
  protoSearch,
  protoVectorSearch,
  protoBulkVectorDataSet,
  bulkVectorDataSet,
  vectorSearch,
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
  updateConcurrentSegmentSearchSettings,
  shrinkIndex,
  createSnapshotRepository,
  deleteSnapshotRepository,
  createSnapshot,
  waitForSnapshotCreate,
  restoreSnapshot,
  waitForRecovery,
  submitAsyncSearch,
  getAsyncSearch,
  deleteAsyncSearch,
  createTransform,
  startTransform,
  waitForTransform,
  deleteTransform,
  trainKnnModel,
  deleteKnnModel,
  createMlConnector,
  deleteMlConnector,
  registerMlModel,
  registerRemoteMlModel,
  deployMlModel,
  deleteMlModel,
];

const byName: ReadonlyMap<string, OperationType> = new Map([
  ...executableTypes.map((type) => [type.name, type] as const),
  ...databases.flatMap((database) => database.operations.map((type) => [typeName(database, type.name), type] as const)),
]);

/** The operation type of a name, be it of OpenSearch or of another database; `undefined` if this version has none. */
export function operationType(name: string): OperationType | undefined {
  return byName.get(name);
}

/** What a loader of workloads must know of all operation types. */
export const operationCatalog: OperationCatalog = {
  facts: new Map<string, OperationFacts>(
    executableTypes.map(({ name, isAdmin, runsOnServerless }) => [
      name,
      { isAdmin, runsOnServerless, unsupported: null },
    ]),
  ),
  check: (spec, workload) => [
    ...(operationType(spec.type)?.check(spec, workload) ?? []),
    ...(borrowsDocuments(spec) ? bulk.check(spec, workload) : []),
  ],
  unit: (spec, workload) => operationType(spec.type)?.unit(spec, workload) ?? null,
};
