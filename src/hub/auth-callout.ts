// Answers the server's question about every connection that is not the coordinator's own: who is it, and what may it do.

import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { unreachable } from '../errors.ts';
import { downSubject, inboxPrefix } from '../fleet/protocol/subjects.ts';
import { fleetAccount } from '../nats/nats-config.ts';
import { type KeyPair, readClaims, signJwt } from '../nats/nkeys.ts';
import type { Admission, Applicant } from './admission.ts';

const subject = '$SYS.REQ.USER.AUTH';
/** A command is answered at once, a check of the target after some seconds. */
const responseSeconds = 30;
const longestRequest = 64 * 1024;

export interface AuthCalloutOptions {
  /** The coordinator's connection. */
  readonly connection: NatsConnection;
  /** The key of the account, which the configuration names as issuer. */
  readonly issuer: KeyPair;
  readonly admission: Admission;
  /** Brings what is believed of open connections up to date. */
  readonly checkConnections: () => Promise<void>;
  /** Called before the node hears of it. */
  readonly onAdmitted: (id: string) => void;
  /** `reason` is `null` for connections that were dropped without a look. */
  readonly onRefused: (host: string, reason: string | null) => void;
}

/** Answers until the connection is closed; it survives restarts of the server. */
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
    // What was counted may be gone: nobody is refused for connections that the server does not have.
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

/** The answer that lets a connection in. An empty one refuses it at once, and costs no signature. */
function admittance(issuer: KeyPair, { userKey, applicant }: CalloutRequest, id: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const nats = { jwt: userJwt(issuer, userKey, id, seconds), type: 'authorization_response', version: 2 };
  return signJwt(issuer, { sub: userKey, aud: applicant.serverId, nats }, seconds);
}

/** What a node may do: speak below its own subject, hear its own commands and answers, and answer each command once. */
function userJwt(issuer: KeyPair, userKey: string, id: string, seconds: number): string {
  return signJwt(
    issuer,
    {
      sub: userKey,
      // The account, because this server has no operator.
      aud: fleetAccount,
      // Events of the server show the name; the id is a secret.
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
  /** Key that the server made for this connection. */
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
  if (typeof userKey !== 'string' || typeof serverId !== 'string' || typeof host !== 'string' || typeof clientId !== 'number') return null;
  const user = property(options, 'user');
  const secret = property(options, 'pass');
  return {
    userKey,
    applicant: { user: typeof user === 'string' ? user : '', secret: typeof secret === 'string' ? secret : '', host, serverId, clientId },
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}
