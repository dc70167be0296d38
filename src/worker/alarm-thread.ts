// Entry of the thread that wakes a load thread: see alarm.ts.
import { type MessagePort, workerData } from 'node:worker_threads';
import { keepWatch } from './alarm-words.ts';

const { buffer, cord }: { readonly buffer: SharedArrayBuffer; readonly cord: MessagePort } = workerData;
keepWatch(buffer, () => cord.postMessage(null));
