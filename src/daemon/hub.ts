// The coordinator's side of the fleet: admits connections, registers nodes, grants the fleet to one test run at a time.
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { BenchmarkError } from '../errors.ts';
import { decodeBytes, encodeBytes } from '../fleet/codec.ts';
import {
  claimAnswerCodec,
  nodesAnswerCodec,
  type RegisterAnswer,
  type RegisteredNode,
  registerAnswerCodec,
  registerRequestCodec,
  runClaimCodec,
  statusAnswerCodec,
} from '../fleet/hub-messages.ts';
import { type HubVerb, hubSubject, idPattern, inboxPrefix, upPattern } from '../fleet/protocol.ts';
import type { Admission } from './admission.ts';
import { fleetAccount } from './auth-callout.ts';
import { printable } from './printable.ts';
import { Registry } from './registry.ts';
import { RunGrant } from './run-grant.ts';

export interface HubOptions {
  /** The coordinator's connection. */
  readonly connection: NatsConnection;
  /** The connection that hears of ended ones, and what they tell; `null` = the server is not ours. */
  readonly guard: { readonly observer: NatsConnection; readonly admission: Admission } | null;
  readonly ownVersion: string;
  readonly believesAddresses: boolean;
  readonly isOwnMachine: (host: string) => boolean;
  readonly log: (level: 'INFO' | 'WARNING', message: string) => void;
}

const longestRegistration = 8 * 1024;
const sweepMillis = 1000;

export class Hub {
  private readonly options: HubOptions;
  private readonly registry: Registry;
  private readonly grant: RunGrant;
  private sweeper: NodeJS.Timeout | null = null;

  constructor(options: HubOptions) {
    this.options = options;
    const { ownVersion, believesAddresses, isOwnMachine } = options;
    const now = (): number => performance.now();
    this.registry = new Registry({ ownVersion, believesAddresses, isOwnMachine, now, wall: Date.now });
    this.grant = new RunGrant(now);
  }

  start(): void {
    const { connection, guard } = this.options;
    connection.subscribe(upPattern('register'), {
      callback: (error, message) => {
        if (error === null) this.onRegister(message);
      },
    });
    this.serve('nodes', () => encodeBytes(nodesAnswerCodec, { nodes: this.registry.nodes(), refused: this.registry.refused() }));
    this.serve('begin', (data) => this.onBegin(data));
    this.serve('end', (data) => this.onEnd(data));
    this.serve('status', () => this.status());
    void this.watchConnection();
    guard?.observer.subscribe(`$SYS.ACCOUNT.${fleetAccount}.DISCONNECT`, {
      callback: (error, message) => {
        if (error === null) this.onDisconnect(message);
      },
    });
    this.sweeper = setInterval(() => this.sweep(), sweepMillis).unref();
  }

  stop(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper);
  }

  get nodes(): readonly RegisteredNode[] {
    return this.registry.nodes();
  }

  private serve(verb: HubVerb, answer: (data: Uint8Array) => Uint8Array): void {
    this.options.connection.subscribe(hubSubject(verb), {
      callback: (error, message) => {
        if (error !== null || message.reply?.startsWith('_INBOX.') !== true) return;
        try {
          message.respond(answer(message.data));
        } catch (failure) {
          // Only the coordinator's own keys may ask, so this is a client of another version.
          this.options.log(
            'WARNING',
            `A request ${hubSubject(verb)} was not answered: ${failure instanceof Error ? failure.message : String(failure)}`,
          );
        }
      },
    });
  }

  private onRegister(message: Msg): void {
    const id = message.subject.split('.')[2] ?? '';
    // Whatever else it may be told to answer to belongs to somebody else.
    if (!idPattern.test(id) || message.reply?.startsWith(`${inboxPrefix(id)}.`) !== true) return;
    message.respond(encodeBytes(registerAnswerCodec, this.register(id, message.data)));
  }

  private register(id: string, data: Uint8Array): RegisterAnswer {
    const { ownVersion: coordinatorVersion, guard, log } = this.options;
    const refuse = (reason: string, isFinal: boolean): RegisterAnswer => ({ kind: 'refused', reason, isFinal, coordinatorVersion });
    if (data.length > longestRegistration) return refuse('it says too much of itself', true);
    const seenHost = guard?.admission.hostOf(id) ?? null;
    if (guard !== null && seenHost === null) return refuse('its connection is not known', false);
    try {
      const request = decodeBytes(registerRequestCodec, data, 'a registration');
      const outcome = this.registry.register(id, request, seenHost);
      const { address, hostName, cores } = request.hello;
      const name = describe(address, hostName);
      if (outcome.kind === 'refused') {
        if (outcome.isNews) log('WARNING', `Node ${name} was refused: ${outcome.reason}.`);
        return refuse(outcome.reason, outcome.isFinal);
      }
      if (outcome.kind === 'joined') log('INFO', `Node ${name} has joined: ${cores} cores, process ${request.hello.processId}.`);
      return { kind: 'accepted', coordinatorVersion };
    } catch (error) {
      if (!(error instanceof BenchmarkError)) throw error;
      return refuse(error.message, true);
    }
  }

  private onBegin(data: Uint8Array): Uint8Array {
    const claim = decodeBytes(runClaimCodec, data, 'a claim');
    const before = this.grant.holder;
    const answer = this.grant.claim(claim);
    if (before === null) this.options.log('INFO', `Test run ${claim.testRunId} (process ${claim.processId}) has the fleet.`);
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

  /** After a restart of the server nothing is known of connections that ended meanwhile, and nobody could renew. */
  private async watchConnection(): Promise<void> {
    for await (const { type } of this.options.connection.status()) {
      if (type !== 'reconnect') continue;
      const serverId = this.options.connection.info?.server_id;
      if (serverId !== undefined) this.options.guard?.admission.keepOnly(serverId);
      this.registry.extendLeases();
      this.grant.extendLease();
    }
  }

  private onDisconnect(message: Msg): void {
    const ended = parseDisconnect(message);
    if (ended === null) return;
    const id = this.options.guard?.admission.release(ended.serverId, ended.clientId) ?? null;
    const node = id === null ? null : this.registry.remove(id);
    if (node !== null) this.options.log('INFO', `Node ${describe(node.hello.address, node.hello.hostName)} has left: ${ended.reason}.`);
  }

  private sweep(): void {
    for (const { hello } of this.registry.expire()) {
      this.options.log('WARNING', `Node ${describe(hello.address, hello.hostName)} has left: it was silent for too long.`);
    }
    // Reading it frees the fleet of a run that is gone.
    void this.grant.holder;
  }
}

const describe = (address: string, hostName: string): string => `${printable(address)} (${printable(hostName)})`;

function parseDisconnect(message: Msg): { readonly serverId: string; readonly clientId: number; readonly reason: string } | null {
  const event: unknown = message.json();
  if (typeof event !== 'object' || event === null || !('server' in event) || !('client' in event)) return null;
  const { server, client } = event;
  if (typeof server !== 'object' || server === null || !('id' in server) || typeof server.id !== 'string') return null;
  if (typeof client !== 'object' || client === null || !('id' in client) || typeof client.id !== 'number') return null;
  const reason = 'reason' in event && typeof event.reason === 'string' && event.reason !== '' ? event.reason : 'its connection ended';
  return { serverId: server.id, clientId: client.id, reason };
}
