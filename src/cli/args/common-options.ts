// Flags that every command has, as values.

/** What every command accepts. */
export interface CommonOptions {
  readonly isQuiet: boolean;
  readonly isOffline: boolean;
  readonly configurationName: string | null;
}
