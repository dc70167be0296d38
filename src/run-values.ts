// What operations of a test run leave behind for later ones, such as the id of a model.
//
//   load thread ─ set ─▶ end of the step ─▶ coordinator ─▶ opening of the next step ─▶ all load threads of all nodes
//
// In OpenSearch Benchmark these are files in the working directory (`model_id.json`), so a value has the name of a file
// and is JSON text; plug-ins of a workload see the values as such files.

/** Values by name: `model_id.json` → `{"model_id": "…"}`. */
export type RunValues = ReadonlyMap<string, string>;

/** The longest name and the longest text, in characters, and the most values of a run. */
export const runValueBounds = { name: 200, text: 1_000_000, count: 1000 } as const;
