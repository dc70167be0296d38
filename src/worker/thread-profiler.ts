// Profiles the CPU use of the thread that it is started in.
import { mkdir, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { dirname } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { systemReason } from '../files.ts';

/** A profile that is being taken. */
export class ThreadProfiler {
  private readonly session: Session;
  private readonly path: string;

  private constructor(session: Session, path: string) {
    this.session = session;
    this.path = path;
  }

  /** Begins to take the profile of this thread, which {@link write} will write to `path`. */
  static async start(path: string): Promise<ThreadProfiler> {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    return new ThreadProfiler(session, path);
  }

  /**
   * Ends the profile, and writes it in the form of `.cpuprofile` files, which the developer tools of browsers open.
   * Returns the path. Rejects with `DISK`.
   */
  async write(): Promise<string> {
    const { profile } = await this.session.post('Profiler.stop');
    this.session.disconnect();
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await writeFile(this.path, JSON.stringify(profile));
    } catch (error) {
      throw new BenchmarkError('DISK', `The CPU profile ${this.path} cannot be written: ${systemReason(error)}.`, {
        cause: error,
      });
    }
    return this.path;
  }
}
