// What create- and delete-operations have in common: one request per resource, and how many were made is the weight.
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type RequestOptions, scriptRequest } from './request-options.ts';
import type { Script } from './script.ts';

export interface NewResource {
  readonly path: string;
  readonly body: string | null;
}

export interface OldResource {
  readonly path: string;
  /** Where HEAD tells whether it exists, if elsewhere. */
  readonly headPath?: string;
  /** Index pattern to be deleted along with it, `null` for none. */
  readonly pattern: string | null;
}

export interface DeletePolicy {
  /** Ask with HEAD first, and leave alone what is not there. */
  readonly onlyIfExists: boolean;
  /** Without asking: 404 is no failure. */
  readonly ignoreMissing: boolean;
}

const NO_QUERY: ReadonlyMap<string, string> = new Map();

/** `PUT` for each; weight = how many. */
export function createAll(resources: readonly NewResource[], options: RequestOptions): Script {
  const requests = resources.map((resource) => scriptRequest(options, 'PUT', resource.path, { body: resource.body }));
  return async (session, outcome) => {
    for (const request of requests) await session.request(request);
    outcome.weight = requests.length;
  };
}

/** `DELETE` for each, by the policy; weight = how many were deleted, deleted patterns included. */
export function deleteAll(resources: readonly OldResource[], options: RequestOptions, policy: DeletePolicy): Script {
  return async (session, outcome) => {
    outcome.weight = 0;
    for (const resource of resources) {
      if (await deleteOne(resource, session, options, policy)) outcome.weight++;
      if (resource.pattern === null) continue;
      await session.request(scriptRequest(options, 'DELETE', resource.pattern));
      outcome.weight++;
    }
  };
}

async function deleteOne(resource: OldResource, session: Session, options: RequestOptions, policy: DeletePolicy): Promise<boolean> {
  if (policy.onlyIfExists) {
    // Parameters such as timeouts belong to the deletion; HEAD would refuse them.
    const found = await session.request(
      scriptRequest({ ...options, query: NO_QUERY }, 'HEAD', resource.headPath ?? resource.path, { ignoredStatus: [404] }),
    );
    if (found.status === 404) return false;
  }
  const ignoredStatus = policy.ignoreMissing && !policy.onlyIfExists ? [404] : [];
  const reply = await session.request(scriptRequest(options, 'DELETE', resource.path, { ignoredStatus }));
  return reply.status !== 404;
}

/** `settings` put over those of a body, into a copy. The body is left as it is if there is nothing to put. */
export function mergeSettings(body: Json, settings: JsonObject | null): Json {
  if (settings === null || settings.size === 0) return body;
  const object = isJsonObject(body) ? body : new Map<string, Json>();
  const own = object.get('settings');
  return new Map([...object, ['settings', new Map([...(isJsonObject(own) ? own : []), ...settings])]]);
}

/** `settings` merged at every depth into `template.settings` of a copy of the body. */
export function mergeTemplateSettings(body: Json, settings: JsonObject | null): Json {
  if (settings === null || settings.size === 0) return body;
  return mergeDeeply(body, new Map([['template', new Map([['settings', settings]])]]));
}

function mergeDeeply(base: Json, over: Json): Json {
  if (!isJsonObject(over)) return over;
  const merged = new Map<string, Json>(isJsonObject(base) ? base : []);
  for (const [name, value] of over) merged.set(name, merged.has(name) ? mergeDeeply(merged.get(name) ?? null, value) : value);
  return merged;
}

const CODECS = ['default', 'best_compression', 'zstd', 'zstd_no_dict', 'qat_deflate', 'qat_lz4', 'qat_zstd'];

/** Notes an unknown `index.codec` in the `settings` parameter, however it is written. */
export function checkCodec(reader: ParamReader, settings: JsonObject | null): void {
  if (settings === null) return;
  const index = settings.get('index');
  const places: readonly (readonly [string, Json | undefined])[] = [
    ['settings.index.codec', settings.get('index.codec')],
    ['settings.index.codec', isJsonObject(index) ? index.get('codec') : undefined],
  ];
  for (const [path, codec] of places) {
    if (codec !== undefined && !CODECS.some((known) => known === codec)) {
      reader.problem(path, `"index.codec" must be one of ${CODECS.map((known) => `"${known}"`).join(', ')}.`);
    }
  }
}
