// Many simulated nodes in one process. Each has a connection of its own, obeys commands as a real node does, and
// reports once a second without sending any load.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { writeBinaryMessage } from '../src/fleet/protocol/binary-message.ts';
import type { RegisteredNode } from '../src/fleet/protocol/hub-messages.ts';
import { Inbox } from '../src/fleet/protocol/inbox.ts';
import { decodeBytes, encodeBytes } from '../src/fleet/protocol/json-codec.ts';
import {
  commandCodec,
  type DownAnswer,
  downAnswerCodec,
  eventCodec,
  type NodeCommand,
  type NodeEvent,
  readDown,
  upAnswerCodec,
  upCodec,
} from '../src/fleet/protocol/node-messages.ts';
import { Outbox } from '../src/fleet/protocol/outbox.ts';
import { writeReport } from '../src/fleet/protocol/report-codec.ts';
import { downSubject, inboxPrefix, protocolVersion, upSubject } from '../src/fleet/protocol/subjects.ts';
import { Totals } from '../src/fleet/protocol/totals.ts';
import { Histogram } from '../src/metrics/histogram.ts';
import type { TaskReport, WorkerReport } from '../src/metrics/report.ts';
import { newNodeId } from '../src/nats/connect.ts';
import { processClock } from '../src/worker/messages.ts';
import { TaskRecorder } from '../src/worker/recorder.ts';

/** What the parent process asks for. */
export interface NodesOrder {
  readonly port: number;
  readonly nodes: number;
  readonly firstAddress: number;
  readonly seconds: number;
  /** Samples per report. */
  readonly samples: number;
}

class SimulatedNode {
  readonly registered: RegisteredNode;
  private readonly order: NodesOrder;
  private readonly connection: NatsConnection;
  private readonly totals = new Totals();
  private session = '';
  private worker = 0;
  private sequence = 0;
  private readonly inbox = new Inbox((message) => this.obey(decodeBytes(commandCodec, message, 'command')));
  private readonly outbox: Outbox;

  constructor(order: NodesOrder, connection: NatsConnection, id: string, address: string) {
    this.order = order;
    this.connection = connection;
    const hello = {
      protocol: protocolVersion,
      version: 'bench',
      address,
      hostName: 'bench',
      cores: 1,
      role: 'worker',
    } as const;
    const machine = { freeMemoryBytes: 0, freeDiskBytes: 0, nodeVersion: process.version, processId: process.pid };
    this.registered = { id, secret: newNodeId(), hello: { ...hello, ...machine }, registeredAt: Date.now() };
    this.outbox = new Outbox({
      bound: 600,
      onFailure: (error) => process.stderr.write(`${error.message}\n`),
      pause: (millis) => sleep(millis),
      random: Math.random,
      send: async ({ first, pieces }) => {
        const { data } = await connection.request(
          upSubject(id, 'out'),
          writeBinaryMessage(upCodec, { session: this.session, first }, pieces),
          {
            timeout: 1500,
          },
        );
        return decodeBytes(upAnswerCodec, data, 'answer').last;
      },
    });
    connection.subscribe(downSubject(id), {
      callback: (_, message) => void message.respond(encodeBytes(downAnswerCodec, this.answer(message.data))),
    });
  }

  private answer(bytes: Uint8Array): DownAnswer {
    const down = readDown(bytes);
    if (down?.kind === 'commands') {
      this.session = down.session;
      return { kind: 'taken', last: this.inbox.accept(down.batch) };
    }
    return down?.question.kind === 'clock'
      ? { kind: 'clock', mono: processClock(), wall: Date.now() }
      : { kind: 'alive' };
  }

  private obey(command: NodeCommand): void {
    if (command.kind === 'prepare') {
      this.worker = command.firstWorker;
      this.tell({ kind: 'prepared' });
    }
    if (command.kind === 'open') this.tell({ kind: 'opened', step: command.step });
    if (command.kind === 'run') void this.run(command.step, command.startAt);
    if (command.kind === 'close') this.outbox.stop();
  }

  private async run(step: number, startAt: number): Promise<void> {
    const histogram = new Histogram();
    for (let second = 1; second <= this.order.seconds; second++) {
      await sleep(startAt + second * 1000 - processClock());
      for (let sample = 0; sample < this.order.samples; sample++) histogram.record(2e6 * (1 + Math.random() ** 4 * 20));
      const report = reportOf(this.worker, step, this.sequence++, this.order.samples, histogram.encode());
      histogram.reset();
      this.totals.add(report);
      this.tell({ kind: 'report' }, writeReport(report));
    }
    this.tell({ kind: 'step-done', step, totals: this.totals.list(), values: new Map() });
  }

  private tell(event: NodeEvent, ...sections: readonly Uint8Array[]): void {
    this.outbox.push(writeBinaryMessage(eventCodec, event, sections));
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

function reportOf(worker: number, step: number, sequence: number, samples: number, payload: Uint8Array): WorkerReport {
  const slots = Array.from({ length: 10 }, (_, slot) => ({
    type: 'normal' as const,
    end: 1000 * sequence + 100 * slot + 99,
    work: samples / 10,
  }));
  const task: TaskReport = {
    ...new TaskRecorder('search', true).drain(0.5),
    requests: samples,
    normalSamples: samples,
    work: samples,
    unit: 'ops',
    histograms: { latency: payload, serviceTime: payload, clientProcessingTime: payload, processingTime: payload },
    slots,
    taskStart: 0,
    lastRequestStart: sequence * 1000,
  };
  const health = { eventLoopUtilisation: 0.5, sendLagP99: 0.1, cpuMillis: 500, intervalMillis: 1000, standstills: [] };
  return { worker, step, sequence, at: (sequence + 1) * 1000, clientsLeft: 1, health, endpoints: [], tasks: [task] };
}

async function serve(order: NodesOrder): Promise<void> {
  const nodes: SimulatedNode[] = [];
  for (let index = 0; index < order.nodes; index++) {
    const id = newNodeId();
    const number = order.firstAddress + index;
    const connection = await connect({
      servers: `127.0.0.1:${order.port}`,
      inboxPrefix: inboxPrefix(id),
      maxReconnectAttempts: -1,
    });
    nodes.push(new SimulatedNode(order, connection, id, `10.0.${Math.floor(number / 250)}.${number % 250}`));
  }
  process.send?.(nodes.map(({ registered }) => registered));
  process.on('message', () => void Promise.all(nodes.map((node) => node.close())).then(() => process.disconnect()));
}

process.once('message', (order: NodesOrder) => void serve(order));
