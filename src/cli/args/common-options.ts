// The values of the flags that every command has.

/** What every command accepts. */
export interface CommonOptions {
  readonly isQuiet: boolean;
  readonly isOffline: boolean;
  /** Name of `benchmark-<name>.ini`; `null` = `benchmark.ini`. */
  readonly configurationName: string | null;
}
