// The files of a plug-in on a node, which are there as long as the test run is.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../corpus/disk.ts';
import { BenchmarkError } from '../errors.ts';
import type { RunPlugin } from '../fleet/node.ts';
import { type PluginBundle, unpackPlugin } from '../plugin/plugin-bundle.ts';
import type { NodeAgentOptions } from './node-options.ts';

/** Below the root directory: what hosts keep for their next start, and the files of the plug-in of a run. */
const DIRECTORY = 'plugins';

/** What of a node's options its plug-ins depend on. */
export type PluginFilesOptions = Pick<NodeAgentOptions, 'address' | 'rootDirectory' | 'allowsTypeScriptPlugins'> & {
  /** Names the session. */
  readonly key: string;
};

/** Takes the plug-in of one test run, and removes it. */
export class NodePluginFiles {
  private readonly options: PluginFilesOptions;
  private hasFiles = false;

  constructor(options: PluginFilesOptions) {
    this.options = options;
  }

  /** Writes the files of a plug-in. Rejects with `FLEET` if this node may not run it, and with `DISK`. */
  async receive(bundle: PluginBundle): Promise<RunPlugin> {
    const { procedure, preparesData } = bundle;
    const { address, allowsTypeScriptPlugins, rootDirectory } = this.options;
    if (bundle.language === 'typescript' && !allowsTypeScriptPlugins)
      throw new BenchmarkError('FLEET', `Node ${address} does not run plug-ins in TypeScript (${bundle.entry}).`, {
        hint:
          'Such a plug-in may do there whatever the user of the daemon may. If the workload and those who start test ' +
          'runs are trusted, restart the daemon with --allow-typescript-plugins.',
      });
    this.hasFiles = true;
    const { directory } = this;
    const place = await unpackPlugin(bundle, directory).catch((error: unknown) =>
      Promise.reject(error instanceof BenchmarkError ? error : diskError(error, directory, 0)),
    );
    return { place: { ...place, cacheDirectory: join(rootDirectory, DIRECTORY) }, procedure, preparesData };
  }

  /** Removes what was received. */
  async remove(): Promise<void> {
    if (this.hasFiles) await rm(this.directory, { recursive: true, force: true });
  }

  private get directory(): string {
    const { rootDirectory, address, key } = this.options;
    return join(rootDirectory, DIRECTORY, `${address.replace(/[^\w.]/g, '_')}-${key.replace(/\W/g, '').slice(0, 12)}`);
  }
}
