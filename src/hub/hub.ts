// The coordinator's side of the fleet: registers nodes, tells test runs which nodes there are, and grants the fleet to
// one test run at a time.
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { BenchmarkError } from '../errors.ts';
import { idInSubject } from '../fleet/protocol/bus.ts';
import {
  claimAnswerCodec,
  nodesAnswerCodec,
  type RegisterAnswer,
  type RegisteredNode,
  registerAnswerCodec,
  registerRequestCodec,
  runClaimCodec,
  statusAnswerCodec,
} from '../fleet/protocol/hub-messages.ts';
import { decodeBytes, encodeBytes } from '../fleet/protocol/json-codec.ts';
import { type HubVerb, hubSubject, idPattern, inboxPrefix, upPattern } from '../fleet/protocol/subjects.ts';
import type { Admission } from './admission.ts';
import { OutsiderLog } from './outsider-log.ts';
import { printable } from './printable.ts';
import { RegisterDoors } from './register-doors.ts';
import { RegistrationGate } from './registration-gate.ts';
import { Registry } from './registry.ts';
import { RunGrant } from './run-grant.ts';

/** What a hub works with. */
export interface HubOptions {
  /** The coordinator's connection. */
  readonly connection: NatsConnection;
  /** Knows which nodes are connected; `null` = the server is not ours, and its owner decides who may connect. */
  readonly admission: Admission | null;
  readonly ownVersion: string;
  /** May a node claim another address than the one that it connects from? */
  readonly believesAddresses: boolean;
  /** Is this an address of the coordinator's own machine? */
  readonly isOwnMachine: (host: string) => boolean;
  readonly log: (level: 'INFO' | 'WARNING', message: string) => void;
}

const longestRegistration = 8 * 1024;
const longestReason = 500;
const sweepMillis = 1000;

/** The services of a coordinator to nodes and test runs, on its connection to NATS. */
export class Hub {
  private readonly options: HubOptions;
  private readonly registry: Registry;
  private readonly grant: RunGrant;
  private readonly gate: RegistrationGate;
  private readonly doors: RegisterDoors;
  private readonly outsiders: OutsiderLog;
  private sweeper: NodeJS.Timeout | null = null;

  constructor(options: HubOptions) {
    this.options = options;
    const { connection, ownVersion, believesAddresses, isOwnMachine, admission, log } = options;
    const now = (): number => performance.now();
    const isConnected = (id: string): boolean => admission === null || admission.isConnected(id);
    this.registry = new Registry({ ownVersion, believesAddresses, isOwnMachine, isConnected, now, wall: Date.now });
    this.grant = new RunGrant(now);
    this.gate = new RegistrationGate({ isTrusted: (host) => believesAddresses || isOwnMachine(host), now });
    this.doors = new RegisterDoors({ connection, now, onRegister: (id, message) => this.onRegister(id, message) });
    this.outsiders = new OutsiderLog({ log, now });
  }

  /** Begins to answer. */
  start(): void {
    if (this.options.admission === null) this.listenToAll();
    this.serve('nodes', () =>
      encodeBytes(nodesAnswerCodec, { nodes: this.registry.nodes(), refused: this.registry.refused() }),
    );
    this.serve('begin', (data) => this.onBegin(data));
    this.serve('end', (data) => this.onEnd(data));
    this.serve('status', () => this.status());
    void this.watchConnection();
    this.sweeper = setInterval(() => this.sweep(), sweepMillis).unref();
  }

  /** Ends the periodic work. The subscriptions end with the connection. */
  stop(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper);
  }

  /** The registered nodes, in order of their addresses. */
  get nodes(): readonly RegisteredNode[] {
    return this.registry.nodes();
  }

  /** Begins to listen to a node that is about to be admitted. */
  expect(id: string): void {
    this.doors.open(id);
  }

  /** Logs that a connection was refused; `reason` is `null` if it was one of too many, which is only counted. */
  noteRefusedConnection(host: string, reason: string | null): void {
    if (reason === null) this.outsiders.count('connection', host);
    else this.outsiders.tell('connection', 'WARNING', `A connection from ${host} was refused: ${reason}.`, host);
  }

  /**
   * Stops listening to a node that has lost its last connection. With a `reason` the node leaves the fleet; `null` = it
   * may be about to come back, so it stays registered until its lease ends.
   */
  forget(id: string, reason: string | null): void {
    this.doors.close(id);
    const node = reason === null ? null : this.registry.remove(id);
    if (node !== null) this.tellMembership(node, `has left: ${reason}`);
  }

  /**
   * On a server that somebody else runs the hub does not learn who connects, so it listens to the registrations of all
   * ids.
   */
  private listenToAll(): void {
    this.options.connection.subscribe(upPattern('register'), {
      callback: (error, message) => {
        const id = idInSubject(message.subject);
        if (error === null && idPattern.test(id)) this.onRegister(id, message);
      },
    });
  }

  private serve(verb: HubVerb, answer: (data: Uint8Array) => Uint8Array): void {
    this.options.connection.subscribe(hubSubject(verb), {
      callback: (error, message) => {
        if (error !== null || message.reply?.startsWith('_INBOX.') !== true) return;
        try {
          message.respond(answer(message.data));
        } catch (failure) {
          // Only those who have the coordinator's key may ask, so the request probably comes from another version of
          // this program.
          this.options.log(
            'WARNING',
            `A request ${hubSubject(verb)} was not answered: ` +
              `${failure instanceof Error ? failure.message : String(failure)}`,
          );
        }
      },
    });
  }

  private onRegister(id: string, message: Msg): void {
    // Only an inbox of the node itself is answered: any other subject belongs to somebody else.
    if (message.reply?.startsWith(`${inboxPrefix(id)}.`) !== true) return;
    const host = this.options.admission?.hostOf(id) ?? null;
    // This is decided before anything is decoded, so that a flood of registrations costs the hub as little as possible.
    if (this.gate.admits(id, host, this.registry.has(id)))
      message.respond(encodeBytes(registerAnswerCodec, this.register(id, host, message.data)));
    else this.outsiders.count('registration', host ?? 'unknown addresses');
  }

  private register(id: string, seenHost: string | null, data: Uint8Array): RegisterAnswer {
    const { ownVersion: coordinatorVersion, admission } = this.options;
    const refuse = (reason: string, isFinal: boolean): RegisterAnswer => {
      return { kind: 'refused', reason: reason.slice(0, longestReason), isFinal, coordinatorVersion };
    };
    if (data.length > longestRegistration) return refuse('it says too much of itself', true);
    if (admission !== null && seenHost === null) return refuse('its connection is not known', false);
    try {
      const request = decodeBytes(registerRequestCodec, data, 'a registration');
      const outcome = this.registry.register(id, request, seenHost);
      const { address, hostName, cores, processId } = request.hello;
      if (outcome.kind === 'refused') {
        const message = `Node ${describe(address, hostName)} was refused: ${outcome.reason}.`;
        if (outcome.isNews) this.outsiders.tell('registration', 'WARNING', message, seenHost ?? address);
        return refuse(outcome.reason, outcome.isFinal);
      }
      if (outcome.kind === 'joined') this.tellMembership(request, `has joined: ${cores} cores, process ${processId}`);
      return { kind: 'accepted', coordinatorVersion };
    } catch (error) {
      if (!(error instanceof BenchmarkError)) throw error;
      return refuse(error.message, true);
    }
  }

  private tellMembership({ hello }: Pick<RegisteredNode, 'hello'>, what: string): void {
    this.outsiders.tell(
      'membership',
      'INFO',
      `Node ${describe(hello.address, hello.hostName)} ${what}.`,
      hello.address,
    );
  }

  private onBegin(data: Uint8Array): Uint8Array {
    const claim = decodeBytes(runClaimCodec, data, 'a claim');
    const before = this.grant.holder;
    const answer = this.grant.claim(claim);
    if (before === null)
      this.options.log('INFO', `Test run ${claim.testRunId} (process ${claim.processId}) has the fleet.`);
    return encodeBytes(claimAnswerCodec, answer);
  }

  private onEnd(data: Uint8Array): Uint8Array {
    const claim = decodeBytes(runClaimCodec, data, 'a claim');
    const hasEnded = this.grant.end(claim);
    if (hasEnded) this.options.log('INFO', `Test run ${claim.testRunId} has given the fleet back.`);
    return encodeBytes(claimAnswerCodec, { isGranted: false, holder: this.grant.holder ?? claim });
  }

  private status(): Uint8Array {
    const natsVersion = this.options.connection.info?.version ?? 'unknown';
    return encodeBytes(statusAnswerCodec, {
      nodes: this.registry.nodes(),
      refused: this.registry.refused(),
      version: this.options.ownVersion,
      natsVersion,
      run: this.grant.holder,
    });
  }

  /** Starts all leases anew after each reconnection, because nobody could renew while the server was away. */
  private async watchConnection(): Promise<void> {
    for await (const { type } of this.options.connection.status()) {
      if (type !== 'reconnect') continue;
      this.registry.extendLeases();
      this.grant.extendLease();
    }
  }

  private sweep(): void {
    for (const node of this.registry.expire()) this.tellMembership(node, 'has left: it was silent for too long');
    this.outsiders.sweep();
    this.doors.sweep();
    // Reading the holder takes the fleet from a test run that is gone.
    void this.grant.holder;
  }
}

const describe = (address: string, hostName: string): string => `${printable(address)} (${printable(hostName)})`;
