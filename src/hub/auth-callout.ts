// Answers the question that the server asks about every connection that does not belong to the coordinator itself: may
// it connect, and what may it do? NATS calls this an auth callout.

import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { unreachable } from '../errors.ts';
import { downSubject, inboxPrefix } from '../fleet/protocol/subjects.ts';
import { fleetAccount } from '../nats/nats-config.ts';
import { type KeyPair, readClaims, signJwt } from '../nats/nkeys.ts';
import type { Admission, Applicant } from './admission.ts';

const subject = '$SYS.REQ.USER.AUTH';
/**
 * How long a node may take to answer a command. Most answers come at once, that to a check of the target after some
 * seconds.
 */
const responseSeconds = 30;
const longestRequest = 64 * 1024;

/** Who decides about connections, and who hears of the decisions. */
export interface AuthCalloutOptions {
  /** The coordinator's connection. */
  readonly connection: NatsConnection;
  /** The key of the account that the configuration of the server names as issuer; it signs the answers. */
  readonly issuer: KeyPair;
  readonly admission: Admission;
  /** Asks the server which connections are open, and corrects what `admission` believes. */
  readonly checkConnections: () => Promise<void>;
  /** Called before the node itself hears that it was admitted. */
  readonly onAdmitted: (id: string) => void;
  /** Called after a refusal. `reason` is `null` for a connection that was one of too many. */
  readonly onRefused: (host: string, reason: string | null) => void;
}

/** Answers until the connection is closed. The answers go on after a restart of the server. */
export function answerAuthCallouts(options: AuthCalloutOptions): void {
  options.connection.subscribe(subject, {
    callback: (error, message) => {
      if (error === null) void answer(options, message);
    },
  });
}

async function answer(options: AuthCalloutOptions, message: Msg): Promise<void> {
  const { admission, onRefused } = options;
  const request = message.data.length > longestRequest ? null : parseRequest(readClaims(message.string()));
  if (request === null) {
    message.respond();
    return;
  }
  const { applicant } = request;
  let verdict = admission.judge(applicant);
  if (verdict.kind === 'refused' && verdict.isCounted) {
    // The counted connections may have ended unnoticed. Nobody is refused for connections that the server does not
    // have.
    await options.checkConnections();
    verdict = admission.decide(applicant);
  }
  switch (verdict.kind) {
    case 'admitted':
      options.onAdmitted(verdict.id);
      message.respond(admittance(options.issuer, request, verdict.id));
      break;
    case 'refused':
      onRefused(applicant.host, verdict.reason);
      message.respond();
      break;
    case 'dropped':
      onRefused(applicant.host, null);
      message.respond();
      break;
    default:
      unreachable(verdict);
  }
}

/** The answer that lets a connection in. An empty answer, which costs no signature, refuses it at once. */
function admittance(issuer: KeyPair, { userKey, applicant }: CalloutRequest, id: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const nats = { jwt: userJwt(issuer, userKey, id, seconds), type: 'authorization_response', version: 2 };
  return signJwt(issuer, { sub: userKey, aud: applicant.serverId, nats }, seconds);
}

/**
 * Signs what a node may do: publish below its own subject, receive its own commands and answers, and answer each
 * command once.
 */
function userJwt(issuer: KeyPair, userKey: string, id: string, seconds: number): string {
  return signJwt(
    issuer,
    {
      sub: userKey,
      // A server without an operator expects the name of the account here.
      aud: fleetAccount,
      // Events of the server show this name, so it cannot be the id, which is a secret.
      name: 'node',
      nats: {
        pub: { allow: [`osb.up.${id}.>`] },
        sub: { allow: [downSubject(id), `${inboxPrefix(id)}.>`] },
        resp: { max: 1, ttl: responseSeconds * 1_000_000_000 },
        subs: -1,
        data: -1,
        payload: -1,
        type: 'user',
        version: 2,
      },
    },
    seconds,
  );
}

interface CalloutRequest {
  /** The public key that the server made for this connection. */
  readonly userKey: string;
  readonly applicant: Applicant;
}

function parseRequest(claims: unknown): CalloutRequest | null {
  const nats = property(claims, 'nats');
  const client = property(nats, 'client_info');
  const options = property(nats, 'connect_opts');
  const userKey = property(nats, 'user_nkey');
  const serverId = property(property(nats, 'server_id'), 'id');
  const host = property(client, 'host');
  const clientId = property(client, 'id');
  if (
    typeof userKey !== 'string' ||
    typeof serverId !== 'string' ||
    typeof host !== 'string' ||
    typeof clientId !== 'number'
  )
    return null;
  const user = property(options, 'user');
  const secret = property(options, 'pass');
  return {
    userKey,
    applicant: {
      user: typeof user === 'string' ? user : '',
      secret: typeof secret === 'string' ? secret : '',
      host,
      serverId,
      clientId,
    },
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}
