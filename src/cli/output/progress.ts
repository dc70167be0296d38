// Shows the progress of a test run: by one line that is rewritten on a terminal, by a line per change elsewhere.
import type { Clock } from '../../clock.ts';
import type { RunEvent } from '../../coordinator/events.ts';
import type { RateLevel } from '../../metrics/control-results.ts';
import { formatCount, formatGeneral } from '../../report/number-format.ts';
import { verdictOf } from '../../report/rate-curve.ts';
import { elapsed, type MonoMillis } from '../../units.ts';
import type { Console } from './console.ts';

type ProgressEvent = Extract<RunEvent, { kind: 'progress' }>;
type PreparationProgressEvent = Extract<RunEvent, { kind: 'preparation' }>;

/** Without a terminal, the time in ms between two lines that say that a long step goes on. */
const quietInterval = 30_000;

interface Reading {
  readonly at: MonoMillis;
  readonly requests: number;
}

/** Turns the events of one run into lines. */
export class ProgressView {
  private readonly console: Console;
  private readonly clock: Clock;
  private step: number | null = null;
  private stepStart: MonoMillis;
  private lastLine: MonoMillis;
  private last: Reading | null = null;
  private rate: number | null = null;
  /** How many clients a redline test lets send; `null` without one. */
  private activeClients: string | null = null;
  private readonly prepared = new Map<string, MonoMillis>();

  constructor(console: Console, clock: Clock) {
    this.console = console;
    this.clock = clock;
    this.stepStart = clock.now();
    this.lastLine = this.stepStart;
  }

  /** Shows an event. */
  handle(event: RunEvent): void {
    if (event.kind === 'info') this.console.info(event.message);
    else if (event.kind === 'warning') this.console.warning(event.message);
    else if (event.kind === 'preparation') this.preparation(event);
    else if (event.kind === 'preparation-end') this.preparationEnd(event.what);
    else if (event.kind === 'redline') this.redline(event);
    else if (event.kind === 'level') this.level(event.level);
    else if (event.kind === 'progress') this.progress(event);
    else if (event.kind === 'step-end') this.stepEnd(event);
  }

  private preparation(event: PreparationProgressEvent): void {
    const isNew = !this.prepared.has(event.what);
    if (isNew) this.prepared.set(event.what, this.clock.now());
    const size = sizeText(event);
    if (this.console.isInteractive)
      this.console.showStatus(layout(event.what, size, share(event.total, event.done), this.console.width));
    else if (isNew || this.isDue()) this.line(isNew ? `${event.what} …` : `${event.what}: ${size}`);
  }

  private preparationEnd(what: string): void {
    const start = this.prepared.get(what);
    this.prepared.delete(what);
    if (start === undefined) return;
    const took = duration(elapsed(start, this.clock.now()) / 1000);
    this.console.eraseStatus();
    this.line(`${what}: done in ${took}.`);
  }

  private progress(event: ProgressEvent): void {
    const isNew = this.step !== event.step;
    if (isNew) this.startStep(event.step);
    this.measureRate(event.requests);
    const facts = this.facts(event);
    const tasks = event.tasks.join(',');
    if (this.console.isInteractive)
      this.console.showStatus(layout(`Running ${tasks}`, facts, event.progress, this.console.width));
    else if (isNew) this.line(`[${event.step + 1}/${event.steps}] Running ${tasks} …`);
    else if (this.isDue()) {
      const known = [percent(event.progress), facts].filter((text) => text !== '');
      this.line(`[${event.step + 1}/${event.steps}] ${tasks}: ${known.join(', ')}`);
    }
  }

  /** On a terminal the number of clients is part of the line in place; elsewhere each change of it is a line. */
  private redline({ active, maxStable, change }: Extract<RunEvent, { kind: 'redline' }>): void {
    this.activeClients = `${formatCount(active)} active clients, ${formatCount(maxStable)} stable`;
    if (change !== null && !this.console.isInteractive)
      this.line(`[Redline] Active clients: ${active} (${change}; stable so far: ${maxStable})`);
  }

  private level(level: RateLevel): void {
    const { rate, achieved, p50, p99 } = level;
    const times =
      p50 === null || p99 === null ? '' : `, p50 ${formatGeneral(p50, 3)} ms, p99 ${formatGeneral(p99, 3)} ms`;
    const figures = `${formatGeneral(rate, 4)} requests/s: achieved ${formatGeneral(achieved, 4)}${times}`;
    this.console.eraseStatus();
    this.line(`${figures}: ${verdictOf(level)}`);
  }

  private stepEnd(event: Extract<RunEvent, { kind: 'step-end' }>): void {
    if (this.step !== event.step) this.startStep(event.step);
    const took = elapsed(this.stepStart, this.clock.now()) / 1000;
    const tasks = event.tasks.join(',');
    const facts = [`took ${duration(took)}`, ...errorText(event.errors)].join(', ');
    if (this.console.isInteractive) {
      this.console.showStatus(layout(`Running ${tasks}`, facts, 1, this.console.width));
      this.console.keepStatus();
    } else {
      this.line(`[${event.step + 1}/${event.steps}] ${tasks}: done, ${facts}.`);
    }
  }

  private startStep(step: number): void {
    this.step = step;
    this.stepStart = this.clock.now();
    this.last = null;
    this.rate = null;
    this.activeClients = null;
  }

  /** Requests per second since the last reading that is at least half a second old. */
  private measureRate(requests: number): void {
    const now = this.clock.now();
    const last = this.last ?? { at: this.stepStart, requests: 0 };
    const span = elapsed(last.at, now);
    if (span < 500) return;
    this.rate = Math.max(0, ((requests - last.requests) / span) * 1000);
    this.last = { at: now, requests };
  }

  private facts(event: ProgressEvent): string {
    const left = event.secondsLeft === null ? [] : [`${duration(event.secondsLeft)} left`];
    const rate = this.rate === null ? [] : [`${formatCount(this.rate)} requests/s`];
    const clients = this.activeClients === null ? [] : [this.activeClients];
    return [...clients, ...left, ...rate, ...errorText(event.errors)].join(', ');
  }

  private isDue(): boolean {
    return elapsed(this.lastLine, this.clock.now()) >= quietInterval;
  }

  private line(text: string): void {
    this.lastLine = this.clock.now();
    this.console.info(text);
  }
}

/** How many characters the left side of a status line keeps where the terminal is narrow. Facts are left out then. */
const leastRoom = 15;

/**
 * A status line: what goes on at the left, facts and percent at the right. Where there is no room for all, the left
 * side is cut first, then facts are left out from their end.
 */
export function layout(what: string, facts: string, progress: number | null, width: number): string {
  const done = progress === null ? '[  ?% done]' : `[${percent(progress).padStart(4)} done]`;
  const right = facts === '' ? done : `${facts} ${done}`;
  const room = Math.min(width, 110) - 2 - right.length;
  if (facts !== '' && room < Math.min(leastRoom, what.length)) {
    return layout(what, facts.slice(0, Math.max(0, facts.lastIndexOf(', '))), progress, width);
  }
  const left = what.length <= room ? what : `${what.slice(0, Math.max(0, room - 3))}...`;
  return `${left.padEnd(Math.max(0, room))} ${right}`;
}

/** A span in a form that is read at a glance: `4.2 s`, `3m 05s`, `2h 10m`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const pad = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}h ${pad(minutes)}m` : `${minutes}m ${pad(whole % 60)}s`;
}

const percent = (progress: number | null): string =>
  progress === null ? '' : `${Math.floor(Math.min(1, Math.max(0, progress)) * 100)}%`;
const share = (total: number | null, done: number): number | null =>
  total === null || total <= 0 ? null : done / total;
const errorText = (errors: number): readonly string[] => (errors === 0 ? [] : [`${formatCount(errors)} failed`]);

function sizeText({ done, total, unit }: PreparationProgressEvent): string {
  if (unit === 'documents') return `${formatCount(done)}${total === null ? '' : ` of ${formatCount(total)}`} documents`;
  return total === null ? bytesText(done) : `${bytesText(done)} of ${bytesText(total)}`;
}

function bytesText(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(value) / Math.log(1024)));
  return `${power === 0 ? value : (value / 1024 ** power).toFixed(1)} ${units[power]}`;
}
