// How an operation type is written down. One function reads its parameters, both when a workload is checked and when
// load is made.
import { BenchmarkError, type Problem } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { longestWait, type Millis, secondsToMillis } from '../units.ts';
import type { DataSetFile } from '../vectors/data-set.ts';
import type { DocumentSet, IndexDefinitions } from '../workload/model.ts';
import { readAssertions } from './assertions.ts';
import type {
  FileParameter,
  LoadOperation,
  OperationContext,
  OperationSpec,
  OperationType,
  WorkloadFacts,
} from './operation.ts';
import type { BodyForm, ParameterSource } from './parameter-source.ts';
import { ParamReader } from './params.ts';
import { readTimeout } from './request-options.ts';
import { sourcedScript } from './sourced-script.ts';

/** What of the workload the reading of parameters may depend on. It holds before the corpora are prepared and after. */
export interface ParameterFacts extends IndexDefinitions {
  readonly corpora: readonly CorpusFacts[];
}

/** What of a corpus the reading of parameters may depend on. */
export interface CorpusFacts {
  readonly name: string;
  readonly documentSets: readonly {
    readonly sourceFormat: DocumentSet['sourceFormat'];
    readonly includesActionAndMetaData: boolean;
    readonly targetIndex: string | null;
    readonly targetDataStream: string | null;
    readonly isStreamed?: boolean;
  }[];
}

/** An operation type with parameters of type `P`. {@link defineOperation} makes an {@link OperationType} of it. */
export interface OperationDefinition<P> {
  /** As workloads write it in `operation-type`. */
  readonly name: string;
  /** True for administration, which is not reported unless the operation says `include-in-reporting`. */
  readonly isAdmin: boolean;
  /** True if a serverless collection accepts it. */
  readonly runsOnServerless: boolean;
  /** Reads all parameters; problems go to the reader. */
  read(reader: ParamReader, facts: ParameterFacts): P;
  /** The source of requests of one client. */
  create(parameters: P, context: OperationContext): LoadOperation;
  /** Which documents of its corpora the operation sends. Default: plain ones. */
  readonly documents?: 'vectors';
  /** Names of the corpora whose documents the operation sends. Default: none. */
  corpora?(parameters: P): readonly string[];
  /** How long one execution may take if `request-timeout` is not given. Default: the client option `timeout`. */
  limit?(parameters: P): Millis | null;
  /**
   * About how many bytes the largest request body of one client has, of `clients` that share the documents. Default: as
   * many as stand in the workload, which are there anyway.
   */
  bodyBytes?(parameters: P, workload: WorkloadFacts, clients: number): number;
  /**
   * Makes requests from parameters that come one by one, on the load path. Default: each execution is made anew from
   * its parameters, which is for operations of several requests only.
   */
  readonly over?: SourcedDefinition;
  /** See {@link OperationType.target}. Default: the cluster, over HTTP. */
  readonly target?: NonNullable<OperationType['target']>;
  /** The files of vectors that the operation reads. Default: none. */
  dataSets?(parameters: P, workload: WorkloadFacts): readonly DataSetFile[];
  /** What is wrong with the data sets of a task of so many clients. Default: nothing. */
  checkData?(parameters: P, workload: WorkloadFacts, clients: number): readonly Problem[];
  /**
   * Whether `request-timeout` is the limit of each request, and not of an execution, which repeats requests that have
   * reached it. Default: false.
   */
  readonly limitsEachRequest?: boolean;
  /** See {@link OperationType.file}. Default: the operation reads no file. */
  readonly file?: FileParameter;
  /** Requests of one execution that are under way at the same time; default: 1. */
  concurrency?(parameters: P): number;
  /** What the weight of an execution counts (`docs`), if that is certain before the load. Default: it is not known. */
  unit?(parameters: P): string;
}

/** How an operation type works over a source of parameters. */
export interface SourcedDefinition {
  /** Where the source leaves bodies. */
  readonly bodies: BodyForm;
  /** The requests of one client; `first` are the first parameters, `null` if the source has none. */
  create(source: ParameterSource, context: OperationContext, first: JsonObject | null): LoadOperation;
}

const NO_FACTS: ParameterFacts = {
  indices: [],
  dataStreams: [],
  templates: [],
  composableTemplates: [],
  componentTemplates: [],
  corpora: [],
};

/**
 * An operation type from its definition. Its `create` throws `WORKLOAD_INVALID` if parameters are wrong, which a check
 * would have found.
 */
export function defineOperation<P>(definition: OperationDefinition<P>): OperationType {
  const create = (context: OperationContext): LoadOperation =>
    definition.create(readChecked(definition, context.spec, context.workload), context);
  return {
    name: definition.name,
    isAdmin: definition.isAdmin,
    runsOnServerless: definition.runsOnServerless,
    documents: definition.documents ?? 'bulk',
    file: definition.file ?? null,
    check(spec, workload) {
      const reader = new ParamReader(spec.params);
      definition.read(reader, workload);
      // Types that know what they tell have read their assertions themselves.
      if (!reader.hasAsked('assertions')) readAssertions(reader, null);
      reader.noteSlips();
      return reader.problems;
    },
    corpora(spec, workload) {
      return definition.corpora?.(definition.read(new ParamReader(spec.params), workload)) ?? [];
    },
    create,
    sourceBodies: definition.over?.bodies ?? 'inline',
    createOver(source, context, first) {
      return definition.over?.create(source, context, first) ?? sourcedScript(source, context, create);
    },
    ...(definition.target === undefined ? {} : { target: definition.target }),
    limit(spec) {
      if (definition.limitsEachRequest === true) return secondsToMillis(longestWait);
      const reader = new ParamReader(spec.params);
      const timeout = readTimeout(reader);
      return timeout ?? definition.limit?.(definition.read(reader, NO_FACTS)) ?? null;
    },
    bodyBytes(spec, workload, clients) {
      return definition.bodyBytes?.(readChecked(definition, spec, workload), workload, clients) ?? 0;
    },
    unit(spec, workload) {
      return definition.unit?.(definition.read(new ParamReader(spec.params), workload)) ?? null;
    },
    dataSets(spec, workload) {
      return definition.dataSets?.(readChecked(definition, spec, workload), workload) ?? [];
    },
    checkData(spec, workload, clients) {
      return definition.checkData?.(readChecked(definition, spec, workload), workload, clients) ?? [];
    },
    concurrency(spec) {
      return definition.concurrency?.(definition.read(new ParamReader(spec.params), NO_FACTS)) ?? 1;
    },
  };
}

function readChecked<P>(definition: OperationDefinition<P>, spec: OperationSpec, facts: ParameterFacts): P {
  const reader = new ParamReader(spec.params);
  const parameters = definition.read(reader, facts);
  if (reader.problems.length === 0) return parameters;
  throw new BenchmarkError('WORKLOAD_INVALID', `The parameters of operation "${spec.name}" (${spec.type}) are wrong.`, {
    problems: reader.problems,
    hint: 'Correct the operation in the workload.',
  });
}
