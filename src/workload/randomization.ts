// How the values in queries are varied from request to request (`--randomization-enabled`).

/** Settings of the randomization. */
export interface RandomizationSettings {
  /** Share of requests that use a stored value again, 0..1. */
  readonly repeatFrequency: number;
  /** How many values are stored for each field of each operation; all threads and nodes have the same ones. */
  readonly storedValues: number;
  /** Exponent of the Zipf distribution by which a stored value is chosen: the larger, the more often the first ones. */
  readonly alpha: number;
}
