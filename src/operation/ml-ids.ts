// The ids of models and connectors that one operation makes and others need, as values of the run.
import { isJsonObject, parseJson } from '../json.ts';
import type { Outcome } from './operation.ts';
import type { RunValueStore } from './run-value-store.ts';

/** What an id is of: the name of its value, which plug-ins read as a file, and the key in it. */
export interface MlId {
  readonly file: string;
  readonly key: string;
  /** What has to come first, for messages. */
  readonly madeBy: string;
}

/** The id of the model that was registered last. */
export const MODEL_ID: MlId = {
  file: 'model_id.json',
  key: 'model_id',
  madeBy: 'register-ml-model or register-remote-ml-model',
};
/** The id of the connector that was created last. */
export const CONNECTOR_ID: MlId = { file: 'connector_id.json', key: 'connector_id', madeBy: 'create-ml-connector' };

/** Leaves an id behind for later operations. */
export function setId(values: RunValueStore, { file, key }: MlId, id: string): void {
  values.set(file, JSON.stringify({ [key]: id }));
}

/** The id that an earlier operation has left behind; `null` if none has, which makes the outcome a failure. */
export function requireId(values: RunValueStore, { file, key, madeBy }: MlId, outcome: Outcome): string | null {
  const text = values.get(file);
  const value = text === undefined ? null : parseJson(text);
  const id = isJsonObject(value) ? value.get(key) : undefined;
  if (typeof id === 'string' && id !== '') return id;
  const reason = `${madeBy} has to come first and to succeed`;
  outcome.failWhole('missing id', `No earlier operation of this run has left a "${key}" behind: ${reason}.`);
  return null;
}
