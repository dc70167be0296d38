// Reads the parameters of telemetry devices, and collects everything that is wrong with them.
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, toNumber } from '../json.ts';
import { type Seconds, seconds } from '../units.ts';

/** The parameters of a test run for its devices. */
export class TelemetryParameters {
  /** A sentence for each parameter that is wrong. */
  readonly problems: string[] = [];
  private readonly values: JsonObject;
  private readonly clusters: readonly string[];
  private readonly known = new Set<string>();

  /** @param clusters the names of the clusters of the target */
  constructor(values: JsonObject, clusters: readonly string[]) {
    this.values = values;
    this.clusters = clusters;
  }

  /** A time in seconds above 0. */
  interval(name: string, fallback: number): Seconds {
    const value = this.take(name);
    if (value === undefined) return seconds(fallback);
    const number = isJsonNumber(value) ? toNumber(value) : Number.NaN;
    if (number > 0 && Number.isFinite(number)) return seconds(number);
    return this.wrong(name, 'a number of seconds above 0', seconds(fallback));
  }

  /** A switch; the texts `true` and `false` are taken for what they say. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.take(name);
    if (value === undefined) return fallback;
    const text = typeof value === 'string' ? value.toLowerCase() : null;
    if (value === true || text === 'true') return true;
    if (value === false || text === 'false') return false;
    return this.wrong(name, 'true or false', fallback);
  }

  /** Names, separated by commas in a text or as a list; `null` if they are not given. */
  names(name: string): readonly string[] | null {
    const value = this.take(name);
    if (value === undefined) return null;
    return namesOf(value) ?? this.wrong(name, 'a text or a list of texts', null);
  }

  /** Names for each cluster: one text or list for all of them, or an object from cluster to such. */
  namesByCluster(name: string): (cluster: string) => readonly string[] {
    const value = this.take(name);
    if (value === undefined) return () => [];
    if (!isJsonObject(value)) {
      const names = namesOf(value) ?? this.wrong(name, 'a text, a list of texts, or an object by cluster', []);
      return () => names;
    }
    const byCluster = new Map<string, readonly string[]>();
    for (const [cluster, names] of value) {
      if (!this.clusters.includes(cluster))
        this.problems.push(`${name} names the cluster "${cluster}"; the target has ${this.clusters.join(', ')}.`);
      byCluster.set(cluster, namesOf(names) ?? this.wrong(name, 'a text or a list of texts for each cluster', []));
    }
    return (cluster) => byCluster.get(cluster) ?? [];
  }

  /** Notes parameters that no device has asked for. */
  checkUnknown(): void {
    for (const name of this.values.keys())
      if (!this.known.has(name)) this.problems.push(`No chosen device has the parameter "${name}".`);
  }

  private take(name: string): Json | undefined {
    this.known.add(name);
    return this.values.get(name);
  }

  private wrong<T>(name: string, wanted: string, fallback: T): T {
    this.problems.push(`${name} must be ${wanted}.`);
    return fallback;
  }
}

function namesOf(value: Json): readonly string[] | null {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  if (!isJsonArray(value)) return null;
  const names = value.filter((name): name is string => typeof name === 'string');
  return names.length === value.length ? names : null;
}
