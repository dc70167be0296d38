// Keeps sampled figures over time, in bounded space however long the run and however many the figures.
import type { TelemetrySeries } from '../metrics/history.ts';

/** Points that are held of a figure; beyond that two neighbours become one. */
const POINTS = 600;
/** Figures of one device at most; a cluster of hundreds of nodes has more, and the further ones are left out. */
const FIGURES = 5000;

/** One figure as a device has just read it. */
export interface Figure {
  /** The node, index or shard that it is about; empty for the cluster as a whole. */
  readonly subject: string;
  readonly metric: string;
  readonly unit: string;
  readonly isCounter: boolean;
  readonly value: number;
}

interface Course {
  readonly figure: Figure;
  times: number[];
  values: number[];
  /** So many readings become one point. */
  stride: number;
  /** Readings since the last point, and the sums of their times and values. */
  pending: number;
  time: number;
  sum: number;
}

/** The figures of one device. */
export class SeriesStore {
  private readonly courses = new Map<string, Course>();
  private dropped = 0;

  /** How many figures found no room. */
  get left(): number {
    return this.dropped;
  }

  /** Adds what was read at a moment, in ms since the start of the run. */
  add(time: number, figures: readonly Figure[]): void {
    this.dropped = 0;
    for (const figure of figures) {
      const course = this.course(figure);
      if (course === null) this.dropped++;
      else addReading(course, time, figure.value);
    }
  }

  /** All series, in the order in which their figures appeared. */
  series(device: string, cluster: string): readonly TelemetrySeries[] {
    return [...this.courses.values()].map(({ figure: { subject, metric, unit, isCounter }, times, values }) => ({
      device,
      cluster,
      subject,
      metric,
      unit,
      isCounter,
      times: [...times],
      values: [...values],
    }));
  }

  private course(figure: Figure): Course | null {
    const key = `${figure.subject}\n${figure.metric}`;
    const known = this.courses.get(key);
    if (known !== undefined) return known;
    if (this.courses.size >= FIGURES) return null;
    const course: Course = { figure, times: [], values: [], stride: 1, pending: 0, time: 0, sum: 0 };
    this.courses.set(key, course);
    return course;
  }
}

/** A point is the mean of its readings; of a counter it is the last of them, so that no increase is lost. */
function addReading(course: Course, time: number, value: number): void {
  course.pending++;
  course.time += time;
  course.sum = course.figure.isCounter ? value * course.pending : course.sum + value;
  if (course.pending < course.stride) return;
  course.times.push(Math.round(course.time / course.pending));
  course.values.push(course.sum / course.pending);
  course.pending = course.time = course.sum = 0;
  if (course.times.length < POINTS) return;
  course.times = halved(course.times, false);
  course.values = halved(course.values, course.figure.isCounter);
  course.stride *= 2;
}

function halved(values: readonly number[], isCounter: boolean): number[] {
  return Array.from({ length: values.length / 2 }, (_, index) => {
    const [first = 0, second = 0] = values.slice(2 * index, 2 * index + 2);
    return isCounter ? second : (first + second) / 2;
  });
}
