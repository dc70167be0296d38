// Measures how far the clock of a node is from that of this process. A node is asked for its time again and again; in
// the quickest round trip it is assumed to have read its clock halfway between question and answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { processClock } from '../../worker/messages.ts';
import type { NodeChannel } from './node-channel.ts';

/** Enough round trips for an error of 15 µs in the quickest of them, as measured on one machine. */
const ROUND_TRIPS = 32;
/**
 * After {@link PATIENCE_MILLIS} so few round trips are enough. That is for distant nodes: each step waits for the
 * measurement, and its error is small in comparison with the time that messages take.
 */
const FEW_ROUND_TRIPS = 4;
const PATIENCE_MILLIS = 600;
const ATTEMPTS = 64;
const TIMEOUT_MILLIS = 1000;
const PAUSE_MILLIS = 200;

/**
 * The monotonic clock of a node minus that of this process, in ms; `null` if the node never answered. Stops asking when
 * `isWanted` returns false. Wall clocks do not matter: all that is measured counts from the start of its step, which is
 * one instant for all nodes.
 */
export async function measureOffset(channel: NodeChannel, isWanted: () => boolean): Promise<number | null> {
  let offset: number | null = null;
  let quickest = Number.POSITIVE_INFINITY;
  let answers = 0;
  const end = processClock() + PATIENCE_MILLIS;
  const isEnough = (): boolean => answers >= ROUND_TRIPS || (answers >= FEW_ROUND_TRIPS && processClock() >= end);
  for (let attempt = 0; attempt < ATTEMPTS && !isEnough() && isWanted(); attempt++) {
    const sent = processClock();
    const answer = await channel.ask({ kind: 'clock' }, TIMEOUT_MILLIS).catch(() => null);
    const received = processClock();
    if (answer?.kind !== 'clock') {
      await sleep(PAUSE_MILLIS);
      continue;
    }
    answers++;
    if (received - sent >= quickest) continue;
    quickest = received - sent;
    offset = answer.mono - (sent + received) / 2;
  }
  return offset;
}
