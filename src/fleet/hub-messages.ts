// What nodes and test runs say to the hub, and what it answers, as JSON: parsed on both sides before it is believed.
import { boolean, type Codec, count, list, number, object, oneOf, refuse, text, union } from './codec.ts';
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
  | { readonly kind: 'refused'; readonly reason: string; readonly coordinatorVersion: string };

export const registerAnswerCodec: Codec<RegisterAnswer> = union<RegisterAnswer>({
  accepted: object({ kind: oneOf('accepted'), coordinatorVersion: shortText }),
  refused: object({ kind: oneOf('refused'), reason: shortText, coordinatorVersion: shortText }),
});

/** Answer to `osb.hub.nodes`, which is asked with an empty message. */
export interface NodesAnswer {
  readonly nodes: readonly RegisteredNode[];
}

export const nodesAnswerCodec: Codec<NodesAnswer> = object<NodesAnswer>({
  nodes: list(object<RegisteredNode>({ id: key, secret: key, hello: helloCodec, registeredAt: number }), 100_000),
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
