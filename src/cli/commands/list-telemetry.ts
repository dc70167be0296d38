// The command `list telemetry`: shows the devices that a test run may be given.
import { plainTable } from '../../report/plain-table.ts';
import { alwaysOnDevices, deviceChoices } from '../../telemetry/registry.ts';
import type { CommandContext } from '../context.ts';

/** Prints all devices as a table: those that are chosen by name, and those that are always on. */
export function showTelemetry({ console }: CommandContext): void {
  console.print('Available telemetry devices:\n');
  console.print(
    plainTable(
      ['Command', 'Description'],
      deviceChoices.map(({ name, description }) => [name, description]),
    ),
  );
  console.print('\nAlways on:\n');
  console.print(
    plainTable(
      ['Name', 'Description'],
      alwaysOnDevices.map(({ name, description }) => [name, description]),
    ),
  );
  console.print('\nDevices ask the cluster while it is under load; what that costs is in docs/telemetry.md.');
}
