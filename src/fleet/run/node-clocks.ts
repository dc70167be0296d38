// How far the clock of a node is from ours: the middle of the quickest of many questions.
import { setTimeout as sleep } from 'node:timers/promises';
import { processClock } from '../../worker/messages.ts';
import type { NodeChannel } from './node-channel.ts';

/** Measured: the least of so many round trips is off by 15 µs. */
const ROUND_TRIPS = 32;
/** Far away a few must do: each step of a run waits for them, and what they are off by is little beside the way. */
const FEW_ROUND_TRIPS = 4;
const PATIENCE_MILLIS = 600;
const ATTEMPTS = 64;
const TIMEOUT_MILLIS = 1000;
const PAUSE_MILLIS = 200;

/**
 * The reading of a node's monotonic clock minus ours, in ms: asks again and again while `isWanted`; `null` if the node never
 * answered. Wall clocks do not matter: all that is measured counts from the start of a step, on which all agree.
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
