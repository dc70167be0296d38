// What a node is given: who it is, how it is reached, and what it may use.
import type { Bus } from '../fleet/protocol/bus.ts';

/** What a node is given. */
export interface NodeAgentOptions {
  /** Connections of this node: for commands and reports, and for plans and documents. */
  readonly bus: Bus;
  readonly bulk: Bus;
  /** The id of the node, and the secret that every command must carry. */
  readonly id: string;
  readonly secret: string;
  /** `--node-ip`. */
  readonly address: string;
  readonly role: 'coordinator' | 'worker';
  /** Load threads that it may use. */
  readonly cores: number;
  /** `local.dataset.cache` of this machine. */
  readonly dataDirectory: string;
  /** `<root.dir>` of this machine: `test-runs/<id>/` in it takes what is left of a run whose coordinator is gone. */
  readonly rootDirectory: string;
  /** For proxies of downloads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes to the log of this node. */
  readonly log: (level: 'INFO' | 'WARNING' | 'ERROR', message: string) => void;
  /** Version to claim; default this program's. For tests. */
  readonly version?: string;
}
