// What operations that create and delete have in common: they send one request per resource, and their weight is the
// number of resources.
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type RequestOptions, scriptRequest } from './request-options.ts';
import type { Script } from './script.ts';

/** A resource to be created by a `PUT` to its path. */
export interface NewResource {
  /** Percent-encoded, as are all paths here. */
  readonly path: string;
  readonly body: string | null;
}

/** A resource to be deleted. */
export interface OldResource {
  readonly path: string;
  /** The path at which `HEAD` tells whether the resource exists. Default: `path`. */
  readonly headPath?: string;
  /** Path of the indices that are deleted along with it; `null` = none are. */
  readonly pattern: string | null;
}

/** What happens to resources that do not exist. */
export interface DeletePolicy {
  /** Asks with `HEAD` first, and does not delete what is not there. */
  readonly onlyIfExists: boolean;
  /** If it does not ask: whether 404 is no failure. */
  readonly ignoreMissing: boolean;
}

const NO_QUERY: ReadonlyMap<string, string> = new Map();

/** Creates each resource. The weight is their number. */
export function createAll(resources: readonly NewResource[], options: RequestOptions): Script {
  const requests = resources.map((resource) => scriptRequest(options, 'PUT', resource.path, { body: resource.body }));
  return async (session, outcome) => {
    for (const request of requests) await session.request(request);
    outcome.weight = requests.length;
  };
}

/** Deletes each resource, as the policy says. The weight is the number of deletions, those of patterns included. */
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

async function deleteOne(
  resource: OldResource,
  session: Session,
  options: RequestOptions,
  policy: DeletePolicy,
): Promise<boolean> {
  if (policy.onlyIfExists) {
    // The query parameters belong to the deletion: the server would refuse them with HEAD.
    const found = await session.request(
      scriptRequest({ ...options, query: NO_QUERY }, 'HEAD', resource.headPath ?? resource.path, {
        ignoredStatus: [404],
      }),
    );
    if (found.status === 404) return false;
  }
  const ignoredStatus = policy.ignoreMissing && !policy.onlyIfExists ? [404] : [];
  const reply = await session.request(scriptRequest(options, 'DELETE', resource.path, { ignoredStatus }));
  return reply.status !== 404;
}

/** A copy of a body in which `settings` replace those of the same name. The body itself if there are none to set. */
export function mergeSettings(body: Json, settings: JsonObject | null): Json {
  if (settings === null || settings.size === 0) return body;
  const object = isJsonObject(body) ? body : new Map<string, Json>();
  const own = object.get('settings');
  return new Map([...object, ['settings', new Map([...(isJsonObject(own) ? own : []), ...settings])]]);
}

/**
 * A copy of a body with `settings` merged into `template.settings`, at every depth. The body itself if there are none
 * to set.
 */
export function mergeTemplateSettings(body: Json, settings: JsonObject | null): Json {
  if (settings === null || settings.size === 0) return body;
  return mergeDeeply(body, new Map([['template', new Map([['settings', settings]])]]));
}

function mergeDeeply(base: Json, over: Json): Json {
  if (!isJsonObject(over)) return over;
  const merged = new Map<string, Json>(isJsonObject(base) ? base : []);
  for (const [name, value] of over)
    merged.set(name, merged.has(name) ? mergeDeeply(merged.get(name) ?? null, value) : value);
  return merged;
}

const CODECS = ['default', 'best_compression', 'zstd', 'zstd_no_dict', 'qat_deflate', 'qat_lz4', 'qat_zstd'];

/** Notes a problem if the `settings` have an unknown `index.codec`, be it written as one key or as two nested ones. */
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
