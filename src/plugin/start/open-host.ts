// Chooses the host of a plug-in by its language, and loads that host's code only then.
import type { HostOptions, PluginHost } from '../host.ts';
import { pluginError } from '../plugin-error.ts';

/** Opens the host that runs a plug-in of this language. Rejects with `PLUGIN` if there is none. */
export async function openPluginHost(options: HostOptions): Promise<PluginHost> {
  const { language, file } = options.place;
  if (language === 'typescript') {
    const { TypeScriptHost } = await import('../typescript/typescript-host.ts');
    return new TypeScriptHost(options);
  }
  const message = `plug-ins in ${language} cannot be run by this version`;
  throw pluginError({ file, what: 'starting it', message, trace: [] });
}
