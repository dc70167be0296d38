// Small workloads for tests, written as data.

export interface WorkloadFacts {
  readonly schedule?: readonly unknown[];
  readonly [section: string]: unknown;
}

/** `workload.json` with one test procedure. */
export function workloadJson({ schedule = [], ...sections }: WorkloadFacts): string {
  const procedures =
    schedule.length === 0 ? {} : { test_procedures: [{ name: 'default-procedure', default: true, schedule }] };
  return JSON.stringify({ version: 2, description: 'of a test', ...sections, ...procedures }, null, 2);
}

/** One task that asks for the root of the cluster. */
export const rootRequest = (iterations: number, more: Readonly<Record<string, unknown>> = {}): unknown => ({
  name: 'ask-root',
  operation: { 'operation-type': 'raw-request', name: 'ask-root', path: '/' },
  iterations,
  ...more,
});

/** Lines of documents whose only field is their number. */
export const numberedDocuments = (count: number): string =>
  Array.from({ length: count }, (_, number) => `{"number":${number}}\n`).join('');
