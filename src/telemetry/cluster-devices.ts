// Devices that sample one kind of figures each: shards, replication of segments, recoveries, transforms, searchable
// snapshots, replication between clusters.
import type { TelemetryDevice } from './device.ts';
import { entriesAt, itemsAt, numberAt, textAt, valueAt } from './document.ts';
import { flattened, isCounter, unitOf } from './flatten.ts';
import { indexPath } from './index-stats.ts';
import type { TelemetryParameters } from './parameters.ts';
import { type SamplingPlan, sampledDevice } from './sampled-device.ts';
import type { Figure } from './series-store.ts';

/** A device that is chosen by its name, and made with its parameters. */
export interface DeviceChoice {
  readonly name: string;
  readonly description: string;
  readonly create: (parameters: TelemetryParameters) => TelemetryDevice;
}

/** A device that reads at intervals of so many seconds, unless its parameter says otherwise. */
function choice(
  name: string,
  description: string,
  interval: number,
  plan: (parameters: TelemetryParameters) => SamplingPlan['read'],
): DeviceChoice {
  return {
    name,
    description,
    create: (parameters) =>
      sampledDevice({
        name,
        description,
        interval: parameters.interval(`${name}-sample-interval`, interval),
        read: plan(parameters),
      }),
  };
}

const figuresOf = (subject: string, value: unknown, prefix = ''): readonly Figure[] =>
  flattened(value, prefix).map(([metric, number]) => ({
    subject,
    metric,
    unit: unitOf(metric),
    isCounter: isCounter(metric),
    value: number,
  }));

const gauge = (
  subject: string,
  metric: string,
  value: number | undefined,
  unit: string = unitOf(metric),
): readonly Figure[] =>
  value === undefined || !Number.isFinite(value)
    ? []
    : [{ subject, metric, unit, isCounter: isCounter(metric), value }];

/** Documents, size and segments of each copy of each shard. */
export const shardStats = choice(
  'shard-stats',
  'Documents, size, segments and indexed documents of each copy of each shard.',
  60,
  () => async (ask) => {
    const answer = await ask({ path: '/_nodes/stats/_all', query: { level: 'shards' } });
    return entriesAt(answer, 'nodes').flatMap(([id, node]) =>
      entriesAt(node, 'indices', 'shards').flatMap(([index, shards]) =>
        itemsAt(shards).flatMap((shard) =>
          entriesAt(shard).flatMap(([number, copy]) => shardFigures(textAt(node, 'name') ?? id, index, number, copy)),
        ),
      ),
    );
  },
);

function shardFigures(node: string, index: string, number: string, copy: unknown): readonly Figure[] {
  const role = valueAt(copy, 'routing', 'primary') === true ? 'primary' : 'replica';
  const subject = `${index}[${number}] ${role} on ${node}`;
  return [
    ...gauge(subject, 'docs', numberAt(copy, 'docs', 'count')),
    ...gauge(subject, 'store', numberAt(copy, 'store', 'size_in_bytes'), 'byte'),
    ...gauge(subject, 'segments-count', numberAt(copy, 'segments', 'count')),
    ...gauge(subject, 'index_total', numberAt(copy, 'indexing', 'index_total')),
    ...gauge(
      subject,
      'polling-ingest-processed',
      numberAt(copy, 'polling_ingest_stats', 'message_processor_stats', 'total_processed_count'),
    ),
  ];
}

/** How far the copies of shards are behind their primaries. */
export const segmentReplicationStats = choice(
  'segment-replication-stats',
  'How far copies are behind their primaries, with segment replication.',
  1,
  (parameters) => {
    const indices = parameters.namesByCluster('segment-replication-stats-indices');
    return async (ask, { cluster }) => {
      const path = `/_cat/segment_replication${indexPath(indices(cluster))}`;
      const rows = itemsAt(await ask({ path, query: { time: 'ms', bytes: 'b', format: 'json' } }));
      return rows.flatMap((row) => {
        const shard = textAt(row, 'shardId') ?? textAt(row, 'shard_id') ?? '';
        const subject = `${shard} on ${textAt(row, 'target_node') ?? ''}`;
        return ['checkpoints_behind', 'bytes_behind', 'current_lag', 'last_completed_lag', 'rejected_requests'].flatMap(
          (metric) => gauge(subject, metric, Number(textAt(row, metric) ?? Number.NaN), replicationUnit(metric)),
        );
      });
    };
  },
);

const replicationUnit = (metric: string): string =>
  metric.endsWith('lag') ? 'ms' : metric.startsWith('bytes') ? 'byte' : '';

/** Shards that are being recovered. */
export const recoveryStats = choice(
  'recovery-stats',
  'Progress of the shards that are being recovered.',
  1,
  (parameters) => {
    const indices = parameters.namesByCluster('recovery-stats-indices');
    return async (ask, { cluster }) => {
      const path = `${indexPath(indices(cluster))}/_recovery`;
      const answer = await ask({ path, query: { active_only: 'true', detailed: 'false' } });
      return entriesAt(answer).flatMap(([index, state]) =>
        itemsAt(state, 'shards').flatMap((shard) => {
          const subject = `${index}[${numberAt(shard, 'id') ?? ''}] on ${textAt(shard, 'target', 'name') ?? ''}`;
          return [
            ...gauge(subject, 'recovered_in_bytes', numberAt(shard, 'index', 'size', 'recovered_in_bytes')),
            ...gauge(subject, 'size_in_bytes', numberAt(shard, 'index', 'size', 'total_in_bytes')),
            ...gauge(subject, 'recovered_files', numberAt(shard, 'index', 'files', 'recovered')),
            ...gauge(subject, 'translog_recovered', numberAt(shard, 'translog', 'recovered')),
          ];
        }),
      );
    };
  },
);

/** Pages, documents and times of transforms, from the explanation of Index Management. */
export const transformStats = choice(
  'transform-stats',
  'Pages, documents and times of transforms.',
  1,
  (parameters) => {
    const transforms = parameters.namesByCluster('transform-stats-transforms');
    return async (ask, { cluster }) => {
      const names = transforms(cluster);
      const ids = names.length === 0 ? '*' : names.map(encodeURIComponent).join(',');
      const answer = await ask({ path: `/_plugins/_transform/${ids}/_explain` });
      return entriesAt(answer).flatMap(([id, transform]) =>
        figuresOf(id, valueAt(transform, 'transform_metadata', 'stats') ?? valueAt(transform, 'metadata', 'stats')),
      );
    };
  },
);

/** What searchable snapshots read and cache. */
export const searchableSnapshotsStats = choice(
  'searchable-snapshots-stats',
  'Reads and caching of searchable snapshots, by file cache of each node.',
  1,
  () => async (ask) => {
    const answer = await ask({ path: '/_nodes/stats/file_cache' });
    return entriesAt(answer, 'nodes').flatMap(([id, node]) =>
      figuresOf(textAt(node, 'name') ?? id, valueAt(node, 'aggregate_file_cache') ?? valueAt(node, 'file_cache')),
    );
  },
);

/** Lag of the followers of replication between clusters. */
export const crossClusterReplicationStats = choice(
  'ccr-stats',
  'Replication between clusters: totals of leader and followers, and how far each index is behind.',
  1,
  (parameters) => {
    const indices = parameters.namesByCluster('ccr-stats-indices');
    return async (ask, { cluster }) => {
      if (cluster === 'default') return figuresOf('', await ask({ path: '/_plugins/_replication/leader_stats' }));
      const followers: Figure[] = [...figuresOf('', await ask({ path: '/_plugins/_replication/follower_stats' }))];
      for (const index of indices(cluster)) {
        const status = await ask({ path: `/_plugins/_replication/${encodeURIComponent(index)}/_status` }, [404]);
        const details = valueAt(status, 'syncing_details');
        const [leader, follower] = [numberAt(details, 'leader_checkpoint'), numberAt(details, 'follower_checkpoint')];
        if (textAt(status, 'status') !== 'SYNCING' || leader === undefined || follower === undefined) continue;
        followers.push(...gauge(index, 'checkpoints_behind', Math.max(0, leader - follower)));
      }
      return followers;
    };
  },
);
