// One daemon from start to stop: on a coordinator the server, the hub and a node; elsewhere only a node.
import { BenchmarkError, unreachable } from '../errors.ts';
import { resolveAddress } from '../nats/addresses.ts';
import { type ConnectOptions, connectNode, connectUrl, type NatsEndpoint } from '../nats/connect.ts';
import { findNatsServer } from '../nats/nats-binary.ts';
import { providePrivateDirectory } from '../nats/private-files.ts';
import { identify } from '../nats/process-identity.ts';
import type { FleetToken } from '../nats/token.ts';
import { tokenKeyFor } from '../nats/token-key.ts';
import { NodeLink } from '../node/node-link.ts';
import type { RegistrationState } from '../node/registration.ts';
import { packageVersion } from '../package.ts';
import { type CoordinatorServices, startCoordinator, startHubOnly } from './coordinator-services.ts';
import { claimDaemonState, type DaemonState, removeDaemonState, updateDaemonState } from './daemon-state.ts';

export interface DaemonOptions {
  /** Of this configuration; made if missing. */
  readonly runDirectory: string;
  readonly rootDirectory: string;
  readonly dataDirectory: string;
  readonly homeDirectory: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Load threads that this node may use. */
  readonly cores: number;
  readonly nodeIp: string;
  readonly coordinatorIp: string;
  /** Of the coordinator; 0 = any free one. */
  readonly port: number;
  readonly token: FleetToken | null;
  /** The coordinator's part of the token. */
  readonly tokenKeyFile: string;
  /** An existing NATS instead of a server of our own. */
  readonly nats: NatsEndpoint | null;
  /** How long the start waits in ms until the node is admitted. */
  readonly wait: number;
  readonly log: (level: 'INFO' | 'WARNING' | 'ERROR', message: string) => void;
}

export class Daemon {
  private readonly options: DaemonOptions;
  private state: DaemonState;
  private coordinator: CoordinatorServices | null = null;
  private link: NodeLink | null = null;

  private constructor(options: DaemonOptions, state: DaemonState) {
    this.options = options;
    this.state = state;
  }

  /** Starts everything and waits a while for the coordinator. Fails with FLEET, CONFIG or DISK; then nothing is left behind. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const { runDirectory } = options;
    const address = await resolveAddress(options.nodeIp);
    const coordinator = await resolveAddress(options.coordinatorIp);
    providePrivateDirectory(runDirectory);
    const state: DaemonState = {
      process: identify(process.pid),
      role: address === coordinator ? 'coordinator' : 'worker',
      address,
      coordinator,
      port: options.nats === null ? options.port : 0,
      version: packageVersion,
      startedAt: Date.now(),
      link: 'connecting',
    };
    claimDaemonState(runDirectory, state);
    const daemon = new Daemon(options, state);
    try {
      await daemon.run();
    } catch (error) {
      await daemon.stop('the daemon could not be started');
      throw error;
    }
    return daemon;
  }

  get role(): DaemonState['role'] {
    return this.state.role;
  }

  /** The address of this node, and that of its coordinator. */
  get address(): string {
    return this.state.address;
  }

  get coordinatorAddress(): string {
    return this.state.coordinator;
  }

  /** `joined`, or why not. */
  get linkText(): string {
    return this.state.link;
  }

  /** Ends the load of this node; on a coordinator the server too. */
  async stop(reason: string): Promise<void> {
    await this.link?.stop(reason);
    await this.coordinator?.stop();
    removeDaemonState(this.options.runDirectory, this.state.process);
  }

  private async run(): Promise<void> {
    const { options, state } = this;
    options.log(
      'INFO',
      `opensearch-benchmarkd ${packageVersion}, Node.js ${process.version}, ${state.role} ${state.address}, process ${process.pid}.`,
    );
    if (state.role === 'coordinator') this.coordinator = await this.startCoordinator();
    const link = this.createLink();
    this.link = link;
    link.start();
    const settled = await link.untilSettled(options.wait);
    // A reason that may pass has had the time to do so.
    if (settled.kind === 'refused') {
      throw new BenchmarkError('FLEET', `The coordinator ${state.coordinator} refused this node: ${settled.reason.replace(/\.$/, '')}.`);
    }
  }

  private async startCoordinator(): Promise<CoordinatorServices> {
    const { options, state } = this;
    const { runDirectory, log, token, nats } = options;
    const common = { runDirectory, log, ownVersion: packageVersion };
    if (nats !== null) return startHubOnly(common, nats);
    const tokenKey = token === null ? null : tokenKeyFor(token, options.tokenKeyFile);
    const binary = await findNatsServer(options);
    const coordinator = await startCoordinator({ ...common, binary, address: state.address, port: options.port, tokenKey });
    this.note({ port: coordinator.port });
    log('INFO', `nats-server ${binary.version} (${binary.path}) listens on port ${coordinator.port}, process ${coordinator.serverProcessId()}.`);
    if (token === null) {
      log(
        'WARNING',
        'Without a token the network is trusted: whoever reaches the port may join as a node of its own address. See "opensearch-benchmarkd token".',
      );
    }
    return coordinator;
  }

  private createLink(): NodeLink {
    const { rootDirectory, dataDirectory, variables, cores, log } = this.options;
    const { address, role } = this.state;
    return new NodeLink({
      address,
      role,
      cores,
      rootDirectory,
      dataDirectory,
      environment: variables,
      log,
      connect: (id, connectOptions) => this.connect(id, connectOptions),
      onState: (state) => this.onLink(state),
    });
  }

  private connect(id: string, connectOptions: ConnectOptions) {
    const { nats, token, port } = this.options;
    if (nats !== null) return connectUrl(nats, id, connectOptions);
    // A name is resolved anew with each attempt: a coordinator that was moved is found again.
    const place = this.coordinator ?? { host: this.options.coordinatorIp.trim(), port };
    return connectNode({ coordinator: place.host, port: place.port, token }, id, connectOptions);
  }

  private onLink(state: RegistrationState): void {
    const link = describeLink(state);
    if (state.kind === 'registered') this.options.log('INFO', `Joined the fleet of ${this.state.coordinator}.`);
    else this.options.log('WARNING', `Not in the fleet of ${this.state.coordinator}: ${link}`);
    this.note({ link });
  }

  private note(change: Partial<DaemonState>): void {
    this.state = { ...this.state, ...change };
    try {
      updateDaemonState(this.options.runDirectory, this.state);
    } catch (error) {
      // A full disk must not end the load of a test run.
      this.options.log('WARNING', `The state of the daemon cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function describeLink(state: RegistrationState): string {
  switch (state.kind) {
    case 'registered':
      return 'joined';
    case 'refused':
      return `refused: ${state.reason}`;
    case 'silent':
      return state.reason;
    default:
      return unreachable(state);
  }
}
