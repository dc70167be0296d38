// Checks Kubernetes objects against the schemas of Kubernetes, strictly: a field that a schema does not have is a
// problem too.
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';

const validators: Readonly<Record<string, () => void>> = {
  'apps/v1/Deployment': Deployment.prototype.validate,
  'apps/v1/StatefulSet': StatefulSet.prototype.validate,
  'batch/v1/Job': Job.prototype.validate,
  'networking.k8s.io/v1/NetworkPolicy': NetworkPolicy.prototype.validate,
  'v1/Namespace': Namespace.prototype.validate,
  'v1/PersistentVolumeClaim': PersistentVolumeClaim.prototype.validate,
  'v1/Service': Service.prototype.validate,
};

/** What is wrong with an object; nothing if it is valid. */
export function problemsOf(value: unknown): readonly string[] {
  if (!isRecord(value)) return ['It is not an object.'];
  const kind = `${String(value.apiVersion)}/${String(value.kind)}`;
  const validate = validators[kind];
  if (validate === undefined) return [`There is no schema for ${kind}.`];
  const seen = new Set<string>();
  try {
    validate.call(watched(value, '', seen));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return pathsOf(value, '')
    .filter((path) => !seen.has(path))
    .map((path) => `${path} is not a field of ${kind}.`);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The schemas allow unknown fields, but a validator never looks at those: so note what it looks at. */
function watched(value: Record<string, unknown>, path: string, seen: Set<string>): Record<string, unknown> {
  return new Proxy(value, {
    get: (target, key) => {
      const child: unknown = Reflect.get(target, key);
      if (typeof key !== 'string') return child;
      seen.add(`${path}/${key}`);
      return isRecord(child) ? watched(child, `${path}/${key}`, seen) : child;
    },
  });
}

/** All fields; not below one that is unknown itself, which the caller finds first. */
function pathsOf(value: Record<string, unknown>, path: string): readonly string[] {
  return Object.entries(value).flatMap(([key, child]) => [
    `${path}/${key}`,
    ...(isRecord(child) ? pathsOf(child, `${path}/${key}`) : []),
  ]);
}
