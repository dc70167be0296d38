// Chooses the host of a plug-in by its language.

import type { HostOptions, PluginHost } from '../host.ts';
import { pluginError } from '../plugin-error.ts';

/** Opens the host that runs a plug-in of this language. Rejects with `PLUGIN` if there is none. */
export async function openPluginHost({ place }: HostOptions): Promise<PluginHost> {
  const message = `plug-ins in ${place.language} cannot be run by this version`;
  throw pluginError({ file: place.file, what: 'starting it', message, trace: [] });
}
