// The `max-throughput` of test_run.json: what a search for the highest rate has found. It is this project's addition to
// the format.
import { Float, type Json, type JsonObject } from '../json.ts';
import type { RateLevel, RateResults } from '../metrics/control-results.ts';

/** The findings of a search as JSON; rates are in requests per second, times in ms. */
export const rateDocument = (results: RateResults): JsonObject =>
  new Map<string, Json>([
    ['task', results.task],
    ['conditions', results.conditions],
    ['rate', figure(results.rate)],
    ['interval', [figure(results.low), figure(results.high)]],
    ['limited-by', results.limitedBy],
    ['explanation', results.explanation],
    ['clients', results.clients],
    ['seconds', figure(results.seconds)],
    ['levels', results.levels.map(levelDocument)],
  ]);

const levelDocument = (level: RateLevel): JsonObject =>
  new Map<string, Json>([
    ['rate', figure(level.rate)],
    ['achieved', figure(level.achieved)],
    ['latency-p50', figure(level.p50)],
    ['latency-p99', figure(level.p99)],
    ['error-rate', figure(level.errorRate)],
    ['samples', level.samples],
    ['seconds', figure(level.seconds)],
    ['holds', level.holds],
    ['clear', level.isClear],
    ['reason', level.reason],
  ]);

/** JSON has no infinity and no NaN, so these become `null`. */
const figure = (value: number | null): Json => (value === null || !Number.isFinite(value) ? null : new Float(value));
