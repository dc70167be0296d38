// Looks at the first parameters of a source without taking them.
import type { ParameterSource, SourceParams } from './parameter-source.ts';

/** The first parameters of a source, and a source that gives them once more. */
export interface SourceStart {
  readonly source: ParameterSource;
  /** `null` if the source has none. */
  readonly first: SourceParams | null;
}

/** Waits for the first parameters. Rejects with `PLUGIN` if the source fails. */
export async function startSource(source: ParameterSource): Promise<SourceStart> {
  await source.ready();
  const first = source.next();
  return { first, source: new RestartedSource(source, first) };
}

class RestartedSource implements ParameterSource {
  readonly isFinite: boolean;
  private readonly source: ParameterSource;
  private first: SourceParams | null;
  private isGiven = false;

  constructor(source: ParameterSource, first: SourceParams | null) {
    this.source = source;
    this.first = first;
    this.isFinite = source.isFinite;
  }

  ready(): Promise<void> | null {
    return this.isGiven ? this.source.ready() : null;
  }

  next(): SourceParams | null {
    if (this.isGiven) return this.source.next();
    const { first } = this;
    this.isGiven = true;
    this.first = null;
    return first;
  }

  progress(): number | null {
    return this.source.progress();
  }

  close(): void {
    this.source.close();
  }
}
