// The configuration of the supervised server: no secrets in it, only public keys and paths.

/** The account of the fleet in the configuration of the server. */
export const fleetAccount = 'OSB';

/** What the configuration of a server says. */
export interface NatsConfig {
  readonly host: string;
  /** -1 = any free one. */
  readonly port: number;
  /** Where the server tells its port. */
  readonly directory: string;
  readonly issuerKey: string;
  readonly coordinatorKey: string;
  readonly observerKey: string;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null;
}

/** Each node has a few connections and subscriptions; a stranger must not fill the memory with more. The hub has a subscription for each node. */
const mostConnections = 8192;
const mostSubscriptions = 16_384;

/** Times: a node that is frozen or cut off is noticed in under 4 s; see {@link NatsConfig}. */
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
    lines.push(`tls { cert_file: ${quoted(certificateFile)}, key_file: ${quoted(keyFile)}, handshake_first: true, min_version: "1.3", timeout: 5 }`);
  }
  return `${lines.join('\n')}\n`;
}
