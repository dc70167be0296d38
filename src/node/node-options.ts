// The options that the parts of a node share.
import type { Bus } from '../fleet/protocol/bus.ts';

/** Who a node is, how it is reached, and what it may use. */
export interface NodeAgentOptions {
  /** The connection for commands and reports. */
  readonly bus: Bus;
  /** The connection for plans and documents. */
  readonly bulk: Bus;
  /** The id of the node, which is a secret too. */
  readonly id: string;
  /** The secret that every command to this node must carry. */
  readonly secret: string;
  /** The IP address that `--node-ip` names. */
  readonly address: string;
  readonly role: 'coordinator' | 'worker';
  /** Load threads that it may use. */
  readonly cores: number;
  /** `local.dataset.cache` of this machine. */
  readonly dataDirectory: string;
  /** `<root.dir>` of this machine: `test-runs/<id>/` in it takes what is left of a run whose coordinator is gone. */
  readonly rootDirectory: string;
  /** The environment variables, which name the proxies for downloads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether this node runs plug-ins in TypeScript, which may do whatever the daemon's user may. */
  readonly allowsTypeScriptPlugins: boolean;
  /** Writes to the log of this node. */
  readonly log: (level: 'INFO' | 'WARNING' | 'ERROR', message: string) => void;
  /** The version that the node claims to have; without it, that of this program. For tests. */
  readonly version?: string;
}
