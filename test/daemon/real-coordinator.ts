// A coordinator with the real nats-server on a free port, and nodes that join it.
// Needs: nats-server.
import { homedir } from 'node:os';
import type { NatsConnection } from '@nats-io/transport-node';
import { type CoordinatorServices, startCoordinator } from '../../src/daemon/coordinator-services.ts';
import {
  type NodeHello,
  type RegisterAnswer,
  registerAnswerCodec,
  registerRequestCodec,
} from '../../src/fleet/protocol/hub-messages.ts';
import { decodeBytes, encodeBytes } from '../../src/fleet/protocol/json-codec.ts';
import { protocolVersion, upSubject } from '../../src/fleet/protocol/subjects.ts';
import { connectNode, type NodeEndpoint, newNodeId } from '../../src/nats/connect.ts';
import { findNatsServer } from '../../src/nats/nats-binary.ts';
import type { TokenKey } from '../../src/nats/token-key.ts';
import { atEnd, temporaryDirectory } from './at-end.ts';

export interface TestCoordinator {
  readonly coordinator: CoordinatorServices;
  readonly runDirectory: string;
  readonly log: string[];
  readonly endpoint: NodeEndpoint;
}

/** Stopped when the tests of the file have ended. */
export async function realCoordinator(tokenKey: TokenKey | null = null): Promise<TestCoordinator> {
  const runDirectory = temporaryDirectory();
  const log: string[] = [];
  const binary = await findNatsServer({ variables: process.env, homeDirectory: homedir() });
  const coordinator = await startCoordinator({
    runDirectory,
    ownVersion: '1.2.3',
    log: (_level, message) => log.push(message),
    binary,
    address: '127.0.0.1',
    port: 0,
    tokenKey,
  });
  atEnd(() => coordinator.stop());
  const endpoint = { coordinator: '127.0.0.1', port: coordinator.port, token: tokenKey?.token ?? null };
  return { coordinator, runDirectory, log, endpoint };
}

export interface TestNode {
  readonly id: string;
  readonly secret: string;
  readonly connection: NatsConnection;
}

/** Connects; closed when the tests of the file have ended. */
export async function joinAsNode(endpoint: NodeEndpoint, id: string = newNodeId()): Promise<TestNode> {
  const connection = await connectNode(endpoint, id);
  atEnd(() => connection.close());
  return { id, secret: newNodeId(), connection };
}

export const hello = (address: string, more: Partial<NodeHello> = {}): NodeHello => ({
  protocol: protocolVersion,
  version: '1.2.3',
  address,
  hostName: 'machine',
  cores: 2,
  role: 'worker',
  freeMemoryBytes: 1,
  freeDiskBytes: 1,
  nodeVersion: 'v20.0.0',
  processId: 42,
  ...more,
});

export async function register({ connection, id, secret }: TestNode, said: NodeHello): Promise<RegisterAnswer> {
  const request = encodeBytes(registerRequestCodec, { secret, hello: said });
  const answer = await connection.request(upSubject(id, 'register'), request, { timeout: 2000 });
  return decodeBytes(registerAnswerCodec, answer.data, 'answer');
}
