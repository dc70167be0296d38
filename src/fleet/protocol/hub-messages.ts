// What nodes and test runs say to the hub, and what it answers, as JSON: parsed on both sides before it is believed.
import { boolean, type Codec, count, list, messages, nullable, number, object, oneOf, refuse, text, type ValueOf } from './codec.ts';
import { idPattern } from './subjects.ts';

const shortText = text(1000);

/** An id or a secret of a node. */
const key: Codec<string> = {
  encode: (value) => value,
  decode: (value, path) => {
    if (typeof value !== 'string' || !idPattern.test(value)) throw refuse(path, 'an identity');
    return value;
  },
};

/** What a node says of itself. */
export const helloCodec = object({
  protocol: count(),
  /** Version of the program; the coordinator refuses another one than its own. */
  version: shortText,
  /** The address that the node claims: its `--node-ip`. */
  address: shortText,
  hostName: shortText,
  cores: count(100_000),
  role: oneOf('coordinator', 'worker'),
  freeMemoryBytes: number,
  freeDiskBytes: number,
  nodeVersion: shortText,
  processId: count(),
});

/** What a node says of itself. */
export type NodeHello = ValueOf<typeof helloCodec>;

/** `osb.up.<id>.register`; every command to the node must carry its `secret`. */
export const registerRequestCodec = object({ secret: key, hello: helloCodec });

/** What a node sends to be registered. */
export type RegisterRequest = ValueOf<typeof registerRequestCodec>;

/** The answer to a registration. */
export const registerAnswerCodec = messages({
  accepted: { coordinatorVersion: shortText },
  /** Final: this process will never be admitted, e.g. because of its version; otherwise it may try again. */
  refused: { reason: shortText, isFinal: boolean, coordinatorVersion: shortText },
});

/** The answer to a registration. */
export type RegisterAnswer = ValueOf<typeof registerAnswerCodec>;

/** `registeredAt` in ms since the epoch. */
const registeredNodeCodec = object({ id: key, secret: key, hello: helloCodec, registeredAt: number });

/** A registered node, as the hub knows it. */
export type RegisteredNode = ValueOf<typeof registeredNodeCodec>;

const refusedNodeCodec = object({ address: shortText, hostName: shortText, reason: shortText });

/** A node that wanted to join and may not. */
export type RefusedNode = ValueOf<typeof refusedNodeCodec>;

const nodes = {
  nodes: list(registeredNodeCodec, 100_000),
  /** Those whose last attempt is less than a minute old. */
  refused: list(refusedNodeCodec, 100_000),
};

/** Answer to `osb.hub.nodes`, which is asked with an empty message. */
export const nodesAnswerCodec = object(nodes);

/** Answer to `osb.hub.nodes`. */
export type NodesAnswer = ValueOf<typeof nodesAnswerCodec>;

/** A test run that asks for the fleet (`osb.hub.begin`, repeated every few seconds while it goes on) or gives it back (`osb.hub.end`). */
export const runClaimCodec = object({ testRunId: shortText, processId: count() });

/** The test run that asks for the fleet, or has it. */
export type RunClaim = ValueOf<typeof runClaimCodec>;

/** `isGranted` false: `holder` has the fleet. */
export const claimAnswerCodec = object({ isGranted: boolean, holder: runClaimCodec });

/** The answer to a claim. */
export type ClaimAnswer = ValueOf<typeof claimAnswerCodec>;

/** Answer to `osb.hub.status`, which is asked with an empty message. */
export const statusAnswerCodec = object({
  ...nodes,
  version: shortText,
  /** Of the NATS server. */
  natsVersion: shortText,
  /** The test run that has the fleet. */
  run: nullable(runClaimCodec),
});

/** Answer to `osb.hub.status`. */
export type StatusAnswer = ValueOf<typeof statusAnswerCodec>;

/** A node registers anew this often; that also tells the hub that it is alive. */
export const registrationIntervalMillis = 5000;
/** A test run repeats its claim this often; {@link claimLeaseMillis} without a claim and the fleet is free again. */
export const claimIntervalMillis = 2000;
export const claimLeaseMillis = 7000;
