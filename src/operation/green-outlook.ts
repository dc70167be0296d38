// Whether a cluster can become green at all: with more copies of a shard than data nodes it never can.
//
// No node ever holds two copies of a shard, so an index of r replicas is green only with r + 1 data nodes. That is all
// that is judged. A cluster to which nodes are being added is not: two looks, half a second apart, must agree, and a
// workload that waits for nodes (`wait_for_nodes`) is left to wait.
import { type Millis, millis } from '../units.ts';
import { entries, member, parseAnswer } from './json-answer.ts';
import { RequestFailure, type ScriptRequest, type Session } from './operation.ts';

/** Most clusters are green before that, and are then not asked. */
const FIRST_LOOK: Millis = millis(1000);
const SECOND_LOOK: Millis = millis(500);
const SHOWN_INDICES = 3;

/**
 * Resolves with the reason once it is certain that the cluster cannot become green as it is; never if it can. `request`
 * asks for the health with `level=indices`. Rejects when the session is released.
 */
export async function whyNeverGreen(session: Session, request: ScriptRequest): Promise<string> {
  await session.sleep(FIRST_LOOK);
  for (let last: string | null = null; ; ) {
    const reason = await look(session, request);
    if (reason !== null && reason === last) return reason;
    last = reason;
    await session.sleep(SECOND_LOOK);
  }
}

/** A target that refuses to say more about its health is left alone. */
async function look(session: Session, request: ScriptRequest): Promise<string | null> {
  try {
    return reasonIn((await session.request(request)).body);
  } catch (error) {
    if (error instanceof RequestFailure && error.kind === 'status') return null;
    throw error;
  }
}

function reasonIn(body: Buffer): string | null {
  const answer = parseAnswer(body);
  const nodes = member(answer, 'number_of_data_nodes');
  if (typeof nodes !== 'number' || nodes < 1) return null;
  const wanting = entries(member(answer, 'indices')).flatMap(([name, index]) => {
    const replicas = member(index, 'number_of_replicas');
    return typeof replicas === 'number' && replicas >= nodes ? [{ name, replicas }] : [];
  });
  if (wanting.length === 0) return null;
  const named = wanting.slice(0, SHOWN_INDICES).map(({ name, replicas }) => `${replicas + 1} for "${name}"`);
  const more = wanting.length > named.length ? ` and ${wanting.length - named.length} more` : '';
  const has = nodes === 1 ? '1 data node' : `${nodes} data nodes`;
  return (
    `The cluster cannot become green: it has ${has} and needs ${named.join(', ')}${more}, one for each copy of a ` +
    'shard. Use fewer replicas or more nodes, or wait for yellow.'
  );
}
