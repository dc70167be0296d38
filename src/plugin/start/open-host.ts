// Chooses the host of a plug-in by its language, and loads that host's code only then.
import type { HostOptions, PluginHost } from '../host.ts';

/** Opens the host that runs a plug-in of this language. Rejects with `PLUGIN` if it does not start. */
export async function openPluginHost(options: HostOptions): Promise<PluginHost> {
  if (options.place.language === 'typescript') {
    const { TypeScriptHost } = await import('../typescript/typescript-host.ts');
    return new TypeScriptHost(options);
  }
  const { openPythonHost } = await import('../../python/python-host.ts');
  return openPythonHost(options);
}
