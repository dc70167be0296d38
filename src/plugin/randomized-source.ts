// A search whose values are drawn for each request: stored ones again and again, or fresh ones.
import { BenchmarkError } from '../errors.ts';
import { type JsonObject, writeJson } from '../json.ts';
import type { ParameterSource, SourceParams } from '../operation/parameter-source.ts';
import { hashOf, randomSource, seedOf } from '../random.ts';
import type { RandomizationSettings } from '../workload/randomization.ts';
import type { ClientPlace, PluginHost, PluginNames, PluginValues } from './host.ts';
import { cutBody, drawnField, type RandomizedBody } from './query-randomization.ts';
import { zipf } from './zipf.ts';

/**
 * The stored values of the fields of all operations, as one thread keeps them. They follow from the seed of the run, so
 * that all threads and nodes have the same.
 */
export class StoredValues {
  private readonly host: PluginHost;
  private readonly seed: number;
  private readonly count: number;
  private readonly known = new Map<string, Promise<readonly JsonObject[]>>();

  constructor(host: PluginHost, seed: number, count: number) {
    this.host = host;
    this.seed = seed;
    this.count = count;
  }

  /** The values of a field. Rejects with `PLUGIN`. */
  of(operation: string, field: string): Promise<readonly JsonObject[]> {
    const key = JSON.stringify([operation, field]);
    const values = this.known.get(key) ?? this.make(operation, field);
    this.known.set(key, values);
    return values;
  }

  private async make(operation: string, field: string): Promise<readonly JsonObject[]> {
    const seed = seedOf(this.seed, hashOf(operation), hashOf(field));
    const stream = await this.host.openValues({ operation, field, seed });
    const values: JsonObject[] = [];
    while (values.length < this.count) {
      await stream.ready();
      values.push(stream.next());
    }
    stream.close();
    return values;
  }
}

/** What the randomization of one thread works with. */
export interface RandomizationParts {
  readonly host: PluginHost;
  readonly names: PluginNames;
  readonly settings: RandomizationSettings;
  readonly stored: StoredValues;
}

/** The randomized queries of one client; `null` if its operation has nothing to randomize. Rejects with `PLUGIN`. */
export async function openRandomizedSource(
  { host, names, settings, stored }: RandomizationParts,
  place: ClientPlace,
): Promise<ParameterSource | null> {
  const { operation, seed } = place;
  const body = cutBody(operation, names);
  if (body === null) return null;
  const fresh: PluginValues[] = [];
  const kept: (readonly JsonObject[])[] = [];
  for (const [index, { field }] of body.fields.entries()) {
    kept.push(await stored.of(operation.name, field));
    fresh.push(await host.openValues({ operation: operation.name, field, seed: seedOf(seed, index) }));
  }
  const params = new Map([...operation.params].filter(([key]) => key !== 'body'));
  return new RandomizedSource({ body, params, kept, fresh, settings, random: randomSource(seed) });
}

interface RandomizedParts {
  readonly body: RandomizedBody;
  readonly params: JsonObject;
  /** The stored values of each field. */
  readonly kept: readonly (readonly JsonObject[])[];
  readonly fresh: readonly PluginValues[];
  readonly settings: RandomizationSettings;
  readonly random: () => number;
}

class RandomizedSource implements ParameterSource {
  readonly isFinite = false;
  private readonly parts: RandomizedParts;
  private readonly chooseStored: () => number;
  private readonly item: { readonly params: JsonObject; body: string };

  constructor(parts: RandomizedParts) {
    const { settings, random, params } = parts;
    this.parts = parts;
    this.chooseStored = zipf(settings.storedValues, settings.alpha, random);
    this.item = { params, body: '' };
  }

  ready(): Promise<void> | null {
    for (const values of this.parts.fresh) {
      const waiting = values.ready();
      if (waiting !== null) return waiting.then(() => this.ready() ?? undefined);
    }
    return null;
  }

  /** All fields of a request have stored values of the same number, or all have fresh ones. */
  next(): SourceParams {
    const { body, kept, fresh, settings, random } = this.parts;
    const stored = random() < settings.repeatFrequency ? this.chooseStored() : null;
    let text = body.pieces[0] ?? '';
    for (const [index, field] of body.fields.entries()) {
      const value = stored === null ? fresh[index]?.next() : kept[index]?.[stored];
      if (value === undefined) throw new BenchmarkError('INTERNAL', `Field "${field.field}" has no value.`);
      text += writeJson(drawnField(field, value)) + (body.pieces[index + 1] ?? '');
    }
    this.item.body = text;
    return this.item;
  }

  progress(): null {
    return null;
  }

  close(): void {
    for (const values of this.parts.fresh) values.close();
  }
}
