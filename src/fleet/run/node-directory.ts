// Finds the nodes that a test run uses, and takes the fleet for it. It asks the hub which nodes are registered, waits
// for those that the user listed, and refuses a list with repetitions or with nodes of another version.
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError, type Problem } from '../../errors.ts';
import type { Bus } from '../protocol/bus.ts';
import {
  type ClaimAnswer,
  claimAnswerCodec,
  claimIntervalMillis,
  claimLeaseMillis,
  type NodesAnswer,
  nodesAnswerCodec,
  type RegisteredNode,
  type RunClaim,
  runClaimCodec,
} from '../protocol/hub-messages.ts';
import { decodeBytes, encodeBytes, type JsonCodec } from '../protocol/json-codec.ts';
import { type HubVerb, hubSubject, protocolVersion } from '../protocol/subjects.ts';

const TIMEOUT_MILLIS = 2000;
const POLL_MILLIS = 250;

/** A node, and the name by which the user listed it. */
export interface ListedNode {
  readonly name: string;
  readonly node: RegisteredNode;
}

/** Which nodes to find, and how long to wait for them. */
export interface DirectoryRequest {
  readonly bus: Bus;
  /** What `--worker-ips` lists: addresses, host names, `localhost` for the coordinator's own machine. */
  readonly names: readonly string[];
  /** How many seconds to wait for nodes that are missing (`--worker-wait`). */
  readonly wait: number;
  /** Version of this program. */
  readonly version: string;
  /** Finds the IP address of a name. */
  readonly resolve: (name: string) => Promise<string>;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * The listed nodes in the order of the list. Throws FLEET if the list has a node twice, or else names all nodes that
 * are missing, were refused by the hub or have another version.
 */
export async function findNodes(request: DirectoryRequest): Promise<readonly ListedNode[]> {
  const { bus, names, wait, signal } = request;
  const addresses = await Promise.all(
    names.map(async (name) => ({ name, address: isCoordinator(name) ? null : await request.resolve(name) })),
  );
  const end = performance.now() + wait * 1000;
  for (;;) {
    const known = await askNodes(bus);
    const found = addresses.map(({ name, address }) => ({ name, address, node: nodeAt(known, address) }));
    const listed = found.flatMap(({ name, node }) => (node === null ? [] : [{ name, node }]));
    if (listed.length === names.length) {
      requireDifferent(listed);
      requireSameVersion(listed, request.version);
      return listed;
    }
    if (performance.now() >= end) {
      throw missing(
        found.filter(({ node }) => node === null),
        known,
        wait,
      );
    }
    await sleep(POLL_MILLIS);
    signal.throwIfAborted();
  }
}

/** All registered and refused nodes. Throws FLEET if the coordinator's daemon does not answer. */
export function askNodes(bus: Bus): Promise<NodesAnswer> {
  return askHub(bus, 'nodes', new Uint8Array(), nodesAnswerCodec);
}

/** Asks the hub. Throws FLEET if the daemon does not answer, and INTERNAL for an answer of another kind. */
async function askHub<T>(bus: Bus, verb: HubVerb, payload: Uint8Array, codec: JsonCodec<T>): Promise<T> {
  let answer: Uint8Array;
  try {
    answer = (await bus.request(hubSubject(verb), payload, { timeout: TIMEOUT_MILLIS })).data;
  } catch (error) {
    if (error instanceof BenchmarkError) throw error;
    throw new BenchmarkError('FLEET', 'The coordinator daemon of this machine does not answer.', {
      cause: error,
      hint: 'Look at "opensearch-benchmarkd status", and start it again with "opensearch-benchmarkd restart".',
    });
  }
  return decodeBytes(codec, answer, 'the answer of the coordinator');
}

const isCoordinator = (name: string): boolean => name.trim().toLowerCase() === 'localhost';

/**
 * The node at an address; `null` as address stands for the coordinator's own node. So do 127.0.0.1 and ::1, unless a
 * node is registered there; the other addresses of 127.0.0.0/8 may belong to further nodes of this machine.
 */
function nodeAt({ nodes }: NodesAnswer, address: string | null): RegisteredNode | null {
  const own = nodes.find(({ hello }) => hello.role === 'coordinator') ?? null;
  if (address === null) return own;
  const exact = nodes.find(({ hello }) => hello.address === address);
  return exact ?? (address === '127.0.0.1' || address === '::1' ? own : null);
}

function requireDifferent(listed: readonly ListedNode[]): void {
  const names = new Map<string, string>();
  for (const { name, node } of listed) {
    const other = names.get(node.id);
    if (other !== undefined) {
      throw new BenchmarkError('FLEET', `--worker-ips lists the same node twice, as ${other} and as ${name}.`, {
        hint: 'List each node once.',
      });
    }
    names.set(node.id, name);
  }
}

function requireSameVersion(listed: readonly ListedNode[], version: string): void {
  const problems = listed.flatMap(({ name, node: { hello } }): readonly Problem[] => {
    if (hello.version === version && hello.protocol === protocolVersion) return [];
    const protocol = hello.protocol === protocolVersion ? '' : ` (messages ${hello.protocol}, here ${protocolVersion})`;
    return [
      { message: `Node ${name} runs version ${hello.version}${protocol}, the coordinator runs version ${version}.` },
    ];
  });
  const [first] = problems;
  if (first === undefined) return;
  const message =
    problems.length === 1 ? first.message : `${problems.length} nodes run another version than the coordinator.`;
  const hint =
    'Install the same version on all machines, and restart their daemons with "opensearch-benchmarkd restart".';
  throw new BenchmarkError('FLEET', message, { hint, problems: problems.length === 1 ? [] : problems });
}

function missing(
  absent: readonly { readonly name: string; readonly address: string | null }[],
  known: NodesAnswer,
  wait: number,
): BenchmarkError {
  const names = absent.map(({ name }) => name).join(', ');
  const refused = known.refused.filter(({ address }) => absent.some((one) => one.address === address));
  const there = known.nodes.map(({ hello }) => hello.address).join(', ');
  return new BenchmarkError(
    'FLEET',
    `${absent.length === 1 ? 'A node is' : 'Nodes are'} missing after ${wait} seconds: ${names}.`,
    {
      hint:
        'On each, run "opensearch-benchmarkd start --node-ip=ADDRESS --coordinator-ip=COORDINATOR". Here now: ' +
        `${there === '' ? 'none' : there}.`,
      problems: refused.map(({ address, reason }) => ({
        message: `${address} wanted to join and was refused: ${reason}`,
      })),
    },
  );
}

/** The right to use the fleet, which one test run has at a time. It repeats its claim until {@link release}. */
export class FleetClaim {
  private readonly bus: Bus;
  private readonly claim: RunClaim;
  private readonly timer: NodeJS.Timeout;

  private constructor(bus: Bus, claim: RunClaim) {
    this.bus = bus;
    this.claim = claim;
    // A repetition that fails is ignored: the next one comes soon, and the hub keeps the claim until then.
    this.timer = setInterval(() => void this.renew().catch(() => undefined), claimIntervalMillis);
  }

  /**
   * Takes the fleet for a test run. Throws ANOTHER_RUN, naming the run that has it. With `isPatient` it first waits as
   * long as the claim of a run lasts that was killed just now, see {@link claimLeaseMillis}.
   */
  static async take(bus: Bus, claim: RunClaim, isPatient: boolean): Promise<FleetClaim> {
    const end = performance.now() + (isPatient ? claimLeaseMillis + POLL_MILLIS : 0);
    for (;;) {
      const answer = await askClaim(bus, claim);
      if (answer.isGranted) return new FleetClaim(bus, claim);
      if (performance.now() >= end) {
        const { testRunId, processId } = answer.holder;
        throw new BenchmarkError(
          'ANOTHER_RUN',
          `Another test run uses the fleet: process ${processId}, test run ${testRunId}.`,
          {
            hint: 'Wait for it, or end it with --kill-running-processes.',
          },
        );
      }
      await sleep(POLL_MILLIS);
    }
  }

  /** Gives the fleet back. If that does not reach the hub, the claim ends by itself for lack of repetition. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    await this.bus
      .request(hubSubject('end'), encodeBytes(runClaimCodec, this.claim), { timeout: TIMEOUT_MILLIS })
      .catch(() => undefined);
  }

  private async renew(): Promise<void> {
    await askClaim(this.bus, this.claim);
  }
}

const askClaim = (bus: Bus, claim: RunClaim): Promise<ClaimAnswer> =>
  askHub(bus, 'begin', encodeBytes(runClaimCodec, claim), claimAnswerCodec);
