// How an operation type is written down: its parameters are read once, by one function, for the check and for the load alike.
import { BenchmarkError } from '../errors.ts';
import type { Millis } from '../units.ts';
import type { IndexDefinitions } from '../workload/model.ts';
import type { LoadOperation, OperationContext, OperationSpec, OperationType } from './operation.ts';
import { ParamReader } from './params.ts';
import { readTimeout } from './request-options.ts';

/** What the reading of parameters may know of the workload, before and after the preparation of its corpora. */
export interface Facts extends IndexDefinitions {
  readonly corpora: readonly CorpusFacts[];
}

export interface CorpusFacts {
  readonly name: string;
  readonly documentSets: readonly {
    /** Absent for prepared corpora, which are all `bulk`. */
    readonly sourceFormat?: string;
    readonly includesActionAndMetaData: boolean;
    readonly targetIndex: string | null;
    readonly targetDataStream: string | null;
  }[];
}

export interface Definition<P> {
  readonly name: string;
  /** Reads all parameters; problems go to the reader. */
  read(reader: ParamReader, facts: Facts): P;
  create(parameters: P, context: OperationContext): LoadOperation;
  corpora?(parameters: P): readonly string[];
  /** Default: `request-timeout`. */
  limit?(parameters: P): Millis | null;
}

const NO_FACTS: Facts = { indices: [], dataStreams: [], templates: [], composableTemplates: [], componentTemplates: [], corpora: [] };

/** An operation type from its definition. `create` throws `WORKLOAD_INVALID` if the parameters were not checked and are wrong. */
export function defineOperation<P>(definition: Definition<P>): OperationType {
  return {
    name: definition.name,
    check(spec, workload) {
      const reader = new ParamReader(spec.params);
      definition.read(reader, workload);
      return reader.problems;
    },
    corpora(spec, workload) {
      return definition.corpora?.(definition.read(new ParamReader(spec.params), workload)) ?? [];
    },
    create(context) {
      return definition.create(readChecked(definition, context.spec, context.workload), context);
    },
    limit(spec) {
      const reader = new ParamReader(spec.params);
      const timeout = readTimeout(reader);
      return timeout ?? definition.limit?.(definition.read(reader, NO_FACTS)) ?? null;
    },
  };
}

function readChecked<P>(definition: Definition<P>, spec: OperationSpec, facts: Facts): P {
  const reader = new ParamReader(spec.params);
  const parameters = definition.read(reader, facts);
  if (reader.problems.length === 0) return parameters;
  throw new BenchmarkError('WORKLOAD_INVALID', `The parameters of operation "${spec.name}" (${spec.type}) are wrong.`, {
    problems: reader.problems,
    hint: 'Correct the operation in the workload.',
  });
}
