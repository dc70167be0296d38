// What cluster and nodes are: the meta data that stored records carry (spec/4 §1.2, spec/1 §6.7).
import { entriesAt, itemsAt, numberAt, textAt } from './document.ts';

/** Meta data by key, as in records: `distribution_version`, `attribute_zone`, … */
export type Meta = Readonly<Record<string, string | number | readonly string[]>>;

/** One node of the cluster. */
export interface NodeEnvironment {
  readonly id: string;
  readonly meta: Meta;
}

/** The cluster under test and its nodes. */
export interface ClusterEnvironment {
  /** Of the cluster, and of its nodes as far as all are alike. */
  readonly meta: Meta;
  readonly nodes: readonly NodeEnvironment[];
}

const UNKNOWN = 'unknown';

/** From the answers to `GET /` and `GET /_nodes/_all`; either may be `undefined`. */
export function parseEnvironment(root: unknown, nodesInfo: unknown): ClusterEnvironment {
  const nodes = entriesAt(nodesInfo, 'nodes').map(([id, node]) => ({ id, meta: nodeMeta(node) }));
  return { meta: { ...clusterMeta(root), ...sharedMeta(nodes) }, nodes };
}

function clusterMeta(root: unknown): Meta {
  const version = textAt(root, 'version', 'number');
  if (version === undefined) return {};
  return {
    source_revision: textAt(root, 'version', 'build_hash') ?? UNKNOWN,
    distribution_version: version,
    // Elasticsearch says its flavour, OpenSearch does not.
    distribution_flavor: textAt(root, 'version', 'build_flavor') ?? 'oss',
  };
}

function nodeMeta(node: unknown): Meta {
  const plugins = itemsAt(node, 'plugins').flatMap((plugin) => textAt(plugin, 'name') ?? []);
  return {
    node_name: textAt(node, 'name') ?? UNKNOWN,
    host_name: textAt(node, 'host') ?? UNKNOWN,
    os_name: textAt(node, 'os', 'name') ?? UNKNOWN,
    os_version: textAt(node, 'os', 'version') ?? UNKNOWN,
    cpu_logical_cores: numberAt(node, 'os', 'available_processors') ?? UNKNOWN,
    jvm_vendor: textAt(node, 'jvm', 'vm_vendor') ?? UNKNOWN,
    jvm_version: textAt(node, 'jvm', 'version') ?? UNKNOWN,
    ...(plugins.length > 0 ? { plugins } : {}),
    ...Object.fromEntries(
      entriesAt(node, 'attributes').flatMap(([name, value]) => (typeof value === 'string' ? [[`attribute_${name}`, value]] : [])),
    ),
  };
}

/** Plug-ins and attributes that are the same on all nodes. */
function sharedMeta(nodes: readonly NodeEnvironment[]): Meta {
  const [first, ...others] = nodes;
  if (first === undefined) return {};
  const shared = Object.entries(first.meta).filter(
    ([key, value]) =>
      (key === 'plugins' || key.startsWith('attribute_')) && others.every(({ meta }) => JSON.stringify(meta[key]) === JSON.stringify(value)),
  );
  return Object.fromEntries(shared);
}
