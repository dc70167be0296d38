// What nodes and test runs say to the hub, and what it answers, as JSON: parsed on both sides before it is believed.
import { boolean, type Codec, count, list, nullable, number, object, oneOf, refuse, text, union } from './codec.ts';
import { idPattern, type NodeHello, type RegisteredNode, type RegisterRequest } from './protocol.ts';

const shortText = text(1000);

/** An id or a secret of a node. */
const key: Codec<string> = {
  encode: (value) => value,
  decode: (value, path) => {
    if (typeof value !== 'string' || !idPattern.test(value)) throw refuse(path, 'an identity');
    return value;
  },
};

export const helloCodec: Codec<NodeHello> = object<NodeHello>({
  protocol: count(),
  version: shortText,
  address: shortText,
  hostName: shortText,
  cores: count(100_000),
  role: oneOf('coordinator', 'worker'),
  freeMemoryBytes: number,
  freeDiskBytes: number,
  nodeVersion: shortText,
  processId: count(),
});

/** `osb.up.<id>.register`. */
export const registerRequestCodec: Codec<RegisterRequest> = object<RegisterRequest>({ secret: key, hello: helloCodec });

/** Its answer. */
export type RegisterAnswer =
  | { readonly kind: 'accepted'; readonly coordinatorVersion: string }
  /** Final: this process will never be admitted, e.g. because of its version; otherwise it may try again. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isFinal: boolean; readonly coordinatorVersion: string };

export const registerAnswerCodec: Codec<RegisterAnswer> = union<RegisterAnswer>({
  accepted: object({ kind: oneOf('accepted'), coordinatorVersion: shortText }),
  refused: object({ kind: oneOf('refused'), reason: shortText, isFinal: boolean, coordinatorVersion: shortText }),
});

/** A node that wanted to join and may not. */
export interface RefusedNode {
  readonly address: string;
  readonly hostName: string;
  readonly reason: string;
}

/** Answer to `osb.hub.nodes`, which is asked with an empty message. */
export interface NodesAnswer {
  readonly nodes: readonly RegisteredNode[];
  /** Those whose last attempt is less than a minute old. */
  readonly refused: readonly RefusedNode[];
}

const nodeList = list(object<RegisteredNode>({ id: key, secret: key, hello: helloCodec, registeredAt: number }), 100_000);
const refusedList = list(object<RefusedNode>({ address: shortText, hostName: shortText, reason: shortText }), 100_000);

export const nodesAnswerCodec: Codec<NodesAnswer> = object<NodesAnswer>({
  nodes: nodeList,
  refused: refusedList,
});

/** A test run that asks for the fleet (`osb.hub.begin`, repeated every few seconds while it goes on) or gives it back (`osb.hub.end`). */
export interface RunClaim {
  readonly testRunId: string;
  readonly processId: number;
}

export const runClaimCodec: Codec<RunClaim> = object<RunClaim>({ testRunId: shortText, processId: count() });

/** `isGranted` false: `holder` has the fleet. */
export interface ClaimAnswer {
  readonly isGranted: boolean;
  readonly holder: RunClaim;
}

export const claimAnswerCodec: Codec<ClaimAnswer> = object<ClaimAnswer>({ isGranted: boolean, holder: runClaimCodec });

/** Answer to `osb.hub.status`, which is asked with an empty message. */
export interface StatusAnswer extends NodesAnswer {
  readonly version: string;
  /** Of the NATS server. */
  readonly natsVersion: string;
  /** The test run that has the fleet. */
  readonly run: RunClaim | null;
}

export const statusAnswerCodec: Codec<StatusAnswer> = object<StatusAnswer>({
  nodes: nodeList,
  refused: refusedList,
  version: shortText,
  natsVersion: shortText,
  run: nullable(runClaimCodec),
});

/** A node registers anew this often; that also tells the hub that it is alive. */
export const registrationIntervalMillis = 5000;
/** A test run repeats its claim this often; {@link claimLeaseMillis} without a claim and the fleet is free again. */
export const claimIntervalMillis = 2000;
export const claimLeaseMillis = 7000;
