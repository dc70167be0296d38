// The `redline` of test_run.json: what a redline test has found. It is this project's addition to the format.
import { Float, type Json, type JsonObject } from '../json.ts';
import { type RedlineResults, type RedlineStep, stableEverywhere } from '../metrics/control-results.ts';

/** The findings of a redline test as JSON. */
export const redlineDocument = (results: RedlineResults): JsonObject =>
  new Map<string, Json>([
    ['max-stable-clients', stableEverywhere(results)],
    ['max-clients', results.maxClients],
    ['steps', results.steps.map(stepDocument)],
  ]);

function stepDocument(step: RedlineStep): JsonObject {
  return new Map<string, Json>([
    ['tasks', step.tasks],
    ['max-stable-clients', step.maxStableClients],
    ['last-active-clients', step.lastActiveClients],
    ['scale-downs', step.scaleDowns],
    [
      'course',
      step.course.map(
        ({ seconds, clients, reason }) =>
          new Map<string, Json>([
            ['seconds', new Float(seconds)],
            ['clients', clients],
            ['reason', reason],
          ]),
      ),
    ],
  ]);
}
