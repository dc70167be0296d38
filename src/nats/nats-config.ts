// Writes the configuration of the supervised nats-server. It holds only public keys and paths, no secrets.

/** Name of the NATS account that holds the coordinator and all nodes. */
export const fleetAccount = 'OSB';

/** What differs between the configurations of two servers. */
export interface NatsConfig {
  readonly host: string;
  /** Port to listen on; -1 = any free one. */
  readonly port: number;
  /** Directory to which the server writes a file with its port. */
  readonly directory: string;
  /** Public nkey of the account that signs what nodes may do. */
  readonly issuerKey: string;
  /** Public nkey of the coordinator's user. */
  readonly coordinatorKey: string;
  /** Public nkey of the user of the system account, which sees the connections of the server. */
  readonly observerKey: string;
  /** Paths of PEM files; `null` = no TLS. */
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null;
}

/**
 * Each node has a few connections and subscriptions, and the hub has one subscription per node. The limits keep
 * strangers from filling the memory with more.
 */
const mostConnections = 8192;
const mostSubscriptions = 16_384;

/**
 * The text of the configuration file. With its times the server notices within 4 s that a node is frozen or cut off.
 */
export function natsConfig(config: NatsConfig): string {
  const quoted = JSON.stringify;
  const lines = [
    `server_name: "osb-coordinator"`,
    `host: ${quoted(config.host)}`,
    `port: ${config.port}`,
    `ports_file_dir: ${quoted(config.directory)}`,
    'ping_interval: "1s"',
    'ping_max: 3',
    'write_deadline: "2s"',
    `max_connections: ${mostConnections}`,
    `max_subscriptions: ${mostSubscriptions}`,
    'max_control_line: 1024',
    'max_payload: 1048576',
    'logtime: false',
    'accounts {',
    `  ${fleetAccount} { users: [ { nkey: ${quoted(config.coordinatorKey)} } ] }`,
    `  SYS { users: [ { nkey: ${quoted(config.observerKey)} } ] }`,
    '}',
    'system_account: SYS',
    `authorization { timeout: 2, auth_callout { issuer: ${quoted(config.issuerKey)}, account: ${fleetAccount},`,
    `  auth_users: [${quoted(config.coordinatorKey)}, ${quoted(config.observerKey)}] } }`,
  ];
  if (config.tls !== null) {
    const { certificateFile, keyFile } = config.tls;
    lines.push(
      `tls { cert_file: ${quoted(certificateFile)}, key_file: ${quoted(keyFile)}, handshake_first: true, ` +
        'min_version: "1.3", timeout: 5 }',
    );
  }
  return `${lines.join('\n')}\n`;
}
