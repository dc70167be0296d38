// All telemetry devices of this version.
import type { TelemetryDevice } from './device.ts';
import { documentCount } from './document-count.ts';
import { garbageCollection } from './garbage-collection.ts';
import { indexTotals } from './index-stats.ts';

/** The devices that measure in each test run. A new device is a file that makes one, and a line here. */
export const alwaysOnDevices: readonly TelemetryDevice[] = [indexTotals, garbageCollection, documentCount];
