// The messages between the hub, which runs in the coordinator's daemon, and its nodes and test runs. All are JSON. A
// node registers every few seconds. A test run claims the fleet, repeats the claim while it goes on, and asks for
// nodes.
import {
  boolean,
  count,
  type JsonCodec,
  list,
  messages,
  nullable,
  number,
  object,
  oneOf,
  refuse,
  text,
  type ValueOf,
} from './json-codec.ts';
import { idPattern } from './subjects.ts';

const shortText = text(1000);

/** The id or the secret of a node, both of which have the form of {@link idPattern}. */
const key: JsonCodec<string> = {
  encode: (value) => value,
  decode: (value, path) => {
    if (typeof value !== 'string' || !idPattern.test(value)) throw refuse(path, 'an identity');
    return value;
  },
};

/** What a node says about itself when it registers. */
export const helloCodec = object({
  /** The node's {@link protocolVersion}. */
  protocol: count(),
  /** Version of the program. The coordinator refuses any but its own. */
  version: shortText,
  /** The address that the node claims: its `--node-ip`, under which `--worker-ips` lists it. */
  address: shortText,
  hostName: shortText,
  /** How many load threads the node may use. */
  cores: count(100_000),
  role: oneOf('coordinator', 'worker'),
  freeMemoryBytes: number,
  freeDiskBytes: number,
  /** Version of Node.js. */
  nodeVersion: shortText,
  processId: count(),
});

/** See {@link helloCodec}. */
export type NodeHello = ValueOf<typeof helloCodec>;

/** The request `osb.up.<id>.register`. The node obeys only commands that carry its `secret`. */
export const registerRequestCodec = object({ secret: key, hello: helloCodec });

/** See {@link registerRequestCodec}. */
export type RegisterRequest = ValueOf<typeof registerRequestCodec>;

/** The answer to a registration. */
export const registerAnswerCodec = messages({
  /** The node is in the fleet. */
  accepted: { coordinatorVersion: shortText },
  /** The node may not join. If `isFinal`, it never may, e.g. because of its version; otherwise it may try again. */
  refused: { reason: shortText, isFinal: boolean, coordinatorVersion: shortText },
});

/** See {@link registerAnswerCodec}. */
export type RegisterAnswer = ValueOf<typeof registerAnswerCodec>;

/** A registered node; `registeredAt` is in ms since 1970. */
const registeredNodeCodec = object({ id: key, secret: key, hello: helloCodec, registeredAt: number });

/** A node that belongs to the fleet, as the hub knows it. */
export type RegisteredNode = ValueOf<typeof registeredNodeCodec>;

const refusedNodeCodec = object({ address: shortText, hostName: shortText, reason: shortText });

/** A node that the hub did not let in, and why. */
export type RefusedNode = ValueOf<typeof refusedNodeCodec>;

const nodes = {
  nodes: list(registeredNodeCodec, 100_000),
  /** Nodes that were refused less than a minute ago. */
  refused: list(refusedNodeCodec, 100_000),
};

/** The answer to the request `osb.hub.nodes`, whose message is empty. */
export const nodesAnswerCodec = object(nodes);

/** See {@link nodesAnswerCodec}. */
export type NodesAnswer = ValueOf<typeof nodesAnswerCodec>;

/**
 * The message with which a test run claims the fleet (`osb.hub.begin`, repeated every {@link claimIntervalMillis} while
 * the run goes on) or gives it back (`osb.hub.end`).
 */
export const runClaimCodec = object({ testRunId: shortText, processId: count() });

/** A test run that claims the fleet or has it, and the process that runs it. */
export type RunClaim = ValueOf<typeof runClaimCodec>;

/**
 * The answer to a {@link RunClaim}. `holder` is the test run that has the fleet: the asking one itself if `isGranted`.
 * When the fleet is given back, `isGranted` is always false.
 */
export const claimAnswerCodec = object({ isGranted: boolean, holder: runClaimCodec });

/** See {@link claimAnswerCodec}. */
export type ClaimAnswer = ValueOf<typeof claimAnswerCodec>;

/** The answer to the request `osb.hub.status`, whose message is empty. */
export const statusAnswerCodec = object({
  ...nodes,
  /** Version of the coordinator's program. */
  version: shortText,
  /** Version of the NATS server. */
  natsVersion: shortText,
  /** The test run that has the fleet; `null` if it is free. */
  run: nullable(runClaimCodec),
});

/** See {@link statusAnswerCodec}. */
export type StatusAnswer = ValueOf<typeof statusAnswerCodec>;

/** A node repeats its registration this often, which also tells the hub that it is alive. */
export const registrationIntervalMillis = 5000;
/** A test run repeats its claim of the fleet this often. */
export const claimIntervalMillis = 2000;
/** If a test run has not repeated its claim for so long, the fleet is free for others. */
export const claimLeaseMillis = 7000;
