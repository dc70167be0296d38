// One daemon from start to stop. On a coordinator it runs the server, the hub and a node; on other machines only a
// node.
import { BenchmarkError, unreachable } from '../errors.ts';
import { systemReason } from '../files.ts';
import { resolveAddress } from '../nats/addresses.ts';
import { type ConnectOptions, connectNode, connectUrl, type NatsEndpoint } from '../nats/connect.ts';
import { findNatsServer } from '../nats/nats-binary.ts';
import { providePrivateDirectory } from '../nats/private-files.ts';
import type { FleetToken } from '../nats/token.ts';
import { tokenKeyFor } from '../nats/token-key.ts';
import { NodeLink } from '../node/node-link.ts';
import type { RegistrationState } from '../node/registration.ts';
import { packageVersion } from '../package.ts';
import { identify } from '../process-identity.ts';
import { type CoordinatorServices, startCoordinator, startHubOnly } from './coordinator-services.ts';
import {
  aliveIntervalMillis,
  claimDaemonState,
  type DaemonState,
  removeDaemonState,
  sayAlive,
  updateDaemonState,
} from './daemon-state.ts';

/** How a daemon is configured. */
export interface DaemonOptions {
  /** Where this daemon keeps its state, keys and the files of its server; made if it is missing. */
  readonly runDirectory: string;
  /** `<root.dir>` of this machine. */
  readonly rootDirectory: string;
  /** `local.dataset.cache` of this machine. */
  readonly dataDirectory: string;
  /** The user's home directory. */
  readonly homeDirectory: string;
  /** The environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Load threads that this node may use. */
  readonly cores: number;
  /** `--allow-typescript-plugins`: whether this node runs plug-ins in TypeScript. */
  readonly allowsTypeScriptPlugins: boolean;
  /** `--node-ip`: name or address of this node. */
  readonly nodeIp: string;
  /** `--coordinator-ip`: name or address of the coordinator. */
  readonly coordinatorIp: string;
  /** Port of the coordinator; 0 = any free one, on the coordinator itself. */
  readonly port: number;
  /** The token of the fleet; `null` = none, and the network is trusted. */
  readonly token: FleetToken | null;
  /** Path of the coordinator's part of the token, which only the coordinator reads. */
  readonly tokenKeyFile: string;
  /** A NATS server that somebody else runs; `null` = the coordinator runs one. */
  readonly nats: NatsEndpoint | null;
  /** How long the start waits until the node is admitted, in ms. */
  readonly wait: number;
  readonly log: (level: 'INFO' | 'WARNING' | 'ERROR', message: string) => void;
}

/** A daemon that has started, until it is stopped. */
export class Daemon {
  private readonly options: DaemonOptions;
  private state: DaemonState;
  private coordinator: CoordinatorServices | null = null;
  private link: NodeLink | null = null;
  /** Says that the daemon is alive. */
  private signs: NodeJS.Timeout | undefined;

  private constructor(options: DaemonOptions, state: DaemonState) {
    this.options = options;
    this.state = state;
  }

  /**
   * Starts everything, and waits for the coordinator for `wait` ms; a coordinator that does not answer is no failure.
   * Fails with FLEET, CONFIG or DISK; then nothing is left behind.
   */
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
    await claimDaemonState(runDirectory, state);
    const daemon = new Daemon(options, state);
    try {
      await daemon.run();
    } catch (error) {
      await daemon.stop('the daemon could not be started');
      throw error;
    }
    return daemon;
  }

  /** Whether this node is the coordinator of its fleet. */
  get role(): DaemonState['role'] {
    return this.state.role;
  }

  /** The IP address of this node. */
  get address(): string {
    return this.state.address;
  }

  /** The IP address of the coordinator. */
  get coordinatorAddress(): string {
    return this.state.coordinator;
  }

  /** How the node stands with the coordinator, in words: `joined`, or why not. */
  get linkText(): string {
    return this.state.link;
  }

  /** Ends the load of this node, and on a coordinator the server too. */
  async stop(reason: string): Promise<void> {
    clearInterval(this.signs);
    await this.link?.stop(reason);
    await this.coordinator?.stop();
    removeDaemonState(this.options.runDirectory, this.state.process);
  }

  private async run(): Promise<void> {
    const { options, state } = this;
    options.log(
      'INFO',
      `opensearch-benchmarkd ${packageVersion}, Node.js ${process.version}, ${state.role} ${state.address}, process ` +
        `${process.pid}.`,
    );
    if (state.role === 'coordinator') this.coordinator = await this.startCoordinator();
    this.signs = setInterval(() => this.sayAlive(), aliveIntervalMillis);
    const link = this.createLink();
    this.link = link;
    link.start();
    const settled = await link.untilSettled(options.wait);
    // A refusal that may pass has had the time to do so, and ends the start like a final one.
    if (settled.kind === 'refused') {
      throw new BenchmarkError(
        'FLEET',
        `The coordinator ${state.coordinator} refused this node: ${settled.reason.replace(/\.$/, '')}.`,
      );
    }
  }

  private async startCoordinator(): Promise<CoordinatorServices> {
    const { options, state } = this;
    const { runDirectory, log, token, nats } = options;
    const common = { runDirectory, log, ownVersion: packageVersion };
    if (nats !== null) return startHubOnly(common, nats);
    const tokenKey = token === null ? null : tokenKeyFor(token, options.tokenKeyFile);
    const binary = await findNatsServer(options);
    const coordinator = await startCoordinator({
      ...common,
      binary,
      address: state.address,
      port: options.port,
      tokenKey,
    });
    this.note({ port: coordinator.port });
    log(
      'INFO',
      `nats-server ${binary.version} (${binary.path}) listens on port ${coordinator.port}, process ` +
        `${coordinator.serverProcessId()}.`,
    );
    if (token === null) {
      log(
        'WARNING',
        'Without a token the network is trusted: whoever reaches the port may join as a node of its own address. See ' +
          '"opensearch-benchmarkd token".',
      );
    }
    return coordinator;
  }

  private createLink(): NodeLink {
    const { rootDirectory, dataDirectory, variables, cores, allowsTypeScriptPlugins, log } = this.options;
    const { address, role } = this.state;
    return new NodeLink({
      address,
      role,
      cores,
      rootDirectory,
      dataDirectory,
      allowsTypeScriptPlugins,
      environment: variables,
      log,
      connect: (id, connectOptions) => this.connect(id, connectOptions),
      onState: (state) => this.onLink(state),
    });
  }

  private connect(id: string, connectOptions: ConnectOptions) {
    const { nats, token, port } = this.options;
    if (nats !== null) return connectUrl(nats, id, connectOptions);
    // A name is resolved anew with each attempt, so a coordinator that has moved to another address is found again.
    const place = this.coordinator ?? { host: this.options.coordinatorIp.trim(), port };
    return connectNode({ coordinator: place.host, port: place.port, token }, id, connectOptions);
  }

  private onLink(state: RegistrationState): void {
    const link = describeLink(state);
    if (state.kind === 'registered') this.options.log('INFO', `Joined the fleet of ${this.state.coordinator}.`);
    else this.options.log('WARNING', `Not in the fleet of ${this.state.coordinator}: ${link}`);
    this.note({ link });
  }

  private sayAlive(): void {
    try {
      sayAlive(this.options.runDirectory);
    } catch (error) {
      this.options.log('WARNING', `The note of the daemon cannot be touched: ${systemReason(error)}.`);
    }
  }

  private note(change: Partial<DaemonState>): void {
    this.state = { ...this.state, ...change };
    try {
      updateDaemonState(this.options.runDirectory, this.state);
    } catch (error) {
      // A full disk must not end the load of a test run.
      this.options.log(
        'WARNING',
        `The state of the daemon cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
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
