// Reads benchmark.ini as typed data. A flag of the command line beats what it says, and that beats the defaults.
import { writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { BenchmarkError, type Problem } from '../../errors.ts';
import { systemReason } from '../../files.ts';
import { isSecretName, knownSecrets } from '../../secrets.ts';
import { readTextFile, UnreadableText } from '../../text-file.ts';
import { type Ini, type IniEntry, parseIni } from './ini.ts';
import { iniFile, type Locations, provideLocations } from './locations.ts';
import { type RedlineDefaults, usualRedline } from './redline-section.ts';
import { configVersion, iniTemplate } from './template.ts';

/** What the configuration says, with the defaults for what it leaves out. */
export interface Settings {
  readonly locations: Locations;
  /** The ini file, for messages. */
  readonly file: string;
  /** Stored as `environment` with each test run. */
  readonly environmentName: string;
  /** `system/available.cores`; `null` = all cores of the machine. */
  readonly cores: number | null;
  /** `node/root.dir`: test-runs/, workloads/, … */
  readonly rootDirectory: string;
  /** `benchmarks/local.dataset.cache`: corpora. */
  readonly dataDirectory: string;
  /** Where repositories of workloads are cloned. */
  readonly workloadsDirectory: string;
  /** Addresses of repositories by name; `null` = only a directory on this machine. */
  readonly workloadRepositories: ReadonlyMap<string, string | null>;
  readonly datastoreType: 'in-memory' | 'opensearch';
  /** `reporting/output.processingtime`: rows of processing time in the summary. */
  readonly showProcessingTime: boolean;
  /** Whether every target is taken for a serverless collection, whatever it says of itself. */
  readonly isServerless: boolean;
  /** `redline`: how a redline test is done unless a flag says otherwise. */
  readonly redline: RedlineDefaults;
}

/** Names of sections as OpenSearch Benchmark 1.x had them, by the names of today. Both are read. */
const olderSections: Readonly<Record<string, string>> = {
  reporting: 'results_publishing',
  cluster_configs: 'provision_configs',
};

/** Address of the official workloads. */
export const officialWorkloads = 'https://github.com/opensearch-project/opensearch-benchmark-workloads';

/** Finds or makes the configuration and reads it. Throws `CONFIG`, which names file and line of every problem. */
export function loadSettings(
  variables: Readonly<Record<string, string | undefined>>,
  homeDirectory: string,
  configurationName: string | null,
): Settings {
  const locations = provideLocations(variables, homeDirectory);
  const file = iniFile(locations, configurationName);
  const text = readOrCreate(file, locations);
  return readSettings(file, text, locations, homeDirectory);
}

/** Reads the text of an ini file. Throws `CONFIG`. */
export function readSettings(file: string, text: string, locations: Locations, homeDirectory: string): Settings {
  const ini = parseIni(file, text);
  registerSecrets(ini);
  const reader = new SettingsReader(file, ini, homeDirectory);
  const rootDirectory = reader.path('node', 'root.dir', locations.directory, join(locations.directory, 'benchmarks'));
  const settings: Settings = {
    locations,
    file,
    environmentName: reader.text('system', 'env.name', 'local'),
    cores: reader.positiveInteger('system', 'available.cores'),
    rootDirectory,
    dataDirectory: reader.path('benchmarks', 'local.dataset.cache', rootDirectory, join(rootDirectory, 'data')),
    workloadsDirectory: reader.path(
      'benchmarks',
      'workload.repository.dir',
      rootDirectory,
      join(rootDirectory, 'workloads'),
    ),
    workloadRepositories: reader.repositories(),
    datastoreType: reader.choice('reporting', 'datastore.type', ['in-memory', 'opensearch'], 'in-memory'),
    showProcessingTime: reader.boolean('reporting', 'output.processingtime', false),
    isServerless: reader.boolean('worker_coordinator', 'serverless.mode', false),
    redline: {
      scaleStep: reader.positiveInteger('redline', 'scale_step') ?? usualRedline.scaleStep,
      scaleDown: reader.share('redline', 'scaledown_percentage', usualRedline.scaleDown),
      sleep: reader.positiveInteger('redline', 'post_scaledown_sleep') ?? usualRedline.sleep,
      cpuWindow: reader.positiveInteger('redline', 'cpu_window_seconds') ?? usualRedline.cpuWindow,
      cpuInterval: reader.positiveInteger('redline', 'cpu_check_interval') ?? usualRedline.cpuInterval,
    },
  };
  reader.checkVersion();
  if (reader.problems.length > 0) {
    const hint = `Correct ${file}, or move it away to have a new one made.`;
    throw new BenchmarkError(
      'CONFIG',
      `The configuration file ${file} has ${reader.problems.length === 1 ? 'a problem' : 'problems'}.`,
      {
        problems: reader.problems,
        hint,
      },
    );
  }
  return settings;
}

/** Registers passwords of stores, and those in the addresses of repositories. */
function registerSecrets({ sections }: Ini): void {
  for (const entries of sections.values()) {
    for (const [key, { value }] of entries) {
      knownSecrets.registerAddresses(value);
      if (isSecretName(key)) knownSecrets.register(value);
    }
  }
}

function readOrCreate(file: string, locations: Locations): string {
  try {
    writeFileSync(file, iniTemplate(locations, officialWorkloads), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new BenchmarkError('CONFIG', `Cannot create the configuration file ${file}: ${systemReason(error)}.`, {
        cause: error,
      });
    }
  }
  try {
    return readTextFile(file);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    throw new BenchmarkError('CONFIG', `Cannot read the configuration file ${file}.`, { problems: [error.problem] });
  }
}

class SettingsReader {
  readonly problems: Problem[];
  private readonly file: string;
  private readonly ini: Ini;
  private readonly homeDirectory: string;

  constructor(file: string, ini: Ini, homeDirectory: string) {
    this.problems = [...ini.problems];
    this.file = file;
    this.ini = ini;
    this.homeDirectory = homeDirectory;
  }

  text(section: string, key: string, fallback: string): string {
    const value = this.find(section, key)?.value ?? '';
    return value === '' ? fallback : value;
  }

  /** A path; `~` is the home directory, a relative one lies below `base`. */
  path(section: string, key: string, base: string, fallback: string): string {
    const path = this.text(section, key, fallback).replace(/^~(?=\/|$)/, this.homeDirectory);
    return isAbsolute(path) ? path : join(base, path);
  }

  positiveInteger(section: string, key: string): number | null {
    const entry = this.find(section, key);
    if (entry === null || entry.value === '') return null;
    if (!/^[1-9]\d*$/.test(entry.value)) this.complain(section, key, entry, 'a positive whole number');
    return Number(entry.value);
  }

  /** A number above 0 and at most 1. */
  share(section: string, key: string, fallback: number): number {
    const entry = this.find(section, key);
    if (entry === null || entry.value === '') return fallback;
    const value = Number(entry.value);
    if (!(value > 0 && value <= 1)) this.complain(section, key, entry, 'a number above 0 and at most 1');
    return value;
  }

  boolean(section: string, key: string, fallback: boolean): boolean {
    const entry = this.find(section, key);
    const text = entry?.value.toLowerCase() ?? '';
    if (entry === null || text === '') return fallback;
    if (['true', 'yes', 'on', '1'].includes(text)) return true;
    if (!['false', 'no', 'off', '0'].includes(text)) this.complain(section, key, entry, 'true or false');
    return false;
  }

  choice<const C extends string>(section: string, key: string, choices: readonly C[], fallback: C): C {
    const entry = this.find(section, key);
    if (entry === null || entry.value === '') return fallback;
    const found = choices.find((choice) => choice === entry.value);
    if (found === undefined) this.complain(section, key, entry, `one of ${choices.join(', ')}`);
    return found ?? fallback;
  }

  repositories(): ReadonlyMap<string, string | null> {
    const repositories = new Map<string, string | null>([['default', officialWorkloads]]);
    for (const [key, entry] of this.ini.sections.get('workloads') ?? []) {
      if (key.endsWith('.url')) repositories.set(key.slice(0, -'.url'.length), entry.value === '' ? null : entry.value);
    }
    return repositories;
  }

  /**
   * Reports a file of a newer format. Older files, and those without a version, hold nothing that would be read in
   * another way.
   */
  checkVersion(): void {
    const entry = this.find('meta', 'config.version');
    if (entry === null || entry.value === '') return;
    const isNewer = /^\d+$/.test(entry.value) && Number(entry.value) > configVersion;
    if (isNewer)
      this.complain('meta', 'config.version', entry, `at most ${configVersion}: a newer program has written this file`);
    else if (!/^\d+$/.test(entry.value)) this.complain('meta', 'config.version', entry, 'a whole number');
  }

  private find(section: string, key: string): IniEntry | null {
    for (const name of [section, olderSections[section], 'DEFAULT']) {
      const entry = name === undefined ? undefined : this.ini.sections.get(name)?.get(key);
      if (entry !== undefined) return entry;
    }
    return null;
  }

  private complain(section: string, key: string, entry: IniEntry, wanted: string): void {
    this.problems.push({
      file: this.file,
      line: entry.line,
      message: `${key} in [${section}] is '${entry.value}', but must be ${wanted}`,
    });
  }
}
