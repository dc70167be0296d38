// A transport: speaks a protocol of lines with a target. A request is one line, and so is its answer.
import { connect, type Socket } from 'node:net';
import { Answer } from '../../src/transport/answer.ts';
import { explainSocketError } from '../../src/transport/network-failure.ts';
import { type Place, parsePlace } from '../../src/transport/place.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { Wire, WireOwner } from '../../src/transport/wire.ts';

/** A connection to one place. */
class LineWire implements Wire {
  isOpen = false;
  isBusy = false;
  private readonly place: Place;
  private readonly owner: WireOwner;
  private readonly answer = new Answer();
  private socket: Socket | null = null;
  private line = '';

  constructor(place: Place, owner: WireOwner) {
    this.place = place;
    this.owner = owner;
  }

  open(): void {
    const socket = connect({ host: this.place.host, port: this.place.port });
    this.socket = socket;
    socket.on('connect', () => {
      this.isOpen = true;
      this.owner.onOpen();
    });
    socket.on('data', (bytes) => this.onData(bytes));
    socket.on('error', (error) => this.onEnd(error));
    socket.on('close', () => this.onEnd(new Error('the server closed the connection')));
  }

  send(bytes: Buffer): void {
    this.isBusy = true;
    this.socket?.write(bytes);
  }

  destroy(): void {
    this.isOpen = this.isBusy = false;
    this.socket?.destroy();
    this.socket = null;
  }

  private onData(bytes: Buffer): void {
    this.line += bytes.toString();
    if (!this.isBusy || !this.line.endsWith('\n')) return;
    const { answer } = this;
    answer.reset();
    const hasFailed = this.line.startsWith('error');
    answer.status = hasFailed ? 500 : 200;
    answer.refusal = hasFailed ? { kind: 'line error', description: this.line.trim() } : null;
    this.line = '';
    this.isBusy = false;
    this.owner.onAnswer(answer);
  }

  private onEnd(error: Error): void {
    if (this.socket === null) return;
    const phase = !this.isOpen ? 'opening' : this.isBusy ? 'unanswered' : 'idle';
    const stage = this.isOpen ? 'open' : 'connect';
    this.destroy();
    this.owner.onFailure({ ...explainSocketError(error, this.place.text, stage), phase });
  }
}

/** The transport of one load thread to hosts that speak lines: `host:port` each. */
export function lineTransport(hosts: readonly string[]): Transport {
  const places = hosts.flatMap((host) => parsePlace(host) ?? []);
  return {
    endpoints: places.length,
    hint: 'Check that the server is up.',
    connect(endpoint, owner) {
      const place = places[endpoint];
      if (place === undefined) throw new Error(`There is no host ${endpoint}.`);
      return new LineWire(place, owner);
    },
  };
}
