// The data sets that a thread has open: each file once, however many streams read it.
import { openBigAnn } from './big-ann.ts';
import type { DataSetFile, OpenDataSet } from './data-set.ts';
import { loadHdf5, type OpenHdf5 } from './hdf5.ts';
import { KeepingDataSet } from './kept-parts.ts';

/** Opens data sets and keeps them open. */
export class DataSetCache {
  private readonly open = new Map<string, OpenDataSet>();
  private hdf5: Promise<OpenHdf5> | null = null;

  /** Opens the files that are not open yet. Rejects with `CORPUS` if one of them is no data set of its format. */
  async require(files: readonly DataSetFile[]): Promise<void> {
    for (const file of files) {
      if (this.open.has(keyOf(file))) continue;
      const dataSet = file.format === 'hdf5' ? (await this.loadHdf5())(file.path) : openBigAnn(file.path);
      this.open.set(keyOf(file), new KeepingDataSet(dataSet));
    }
  }

  /** A data set that {@link require} has opened. */
  readonly get = (file: DataSetFile): OpenDataSet => {
    const dataSet = this.open.get(keyOf(file));
    if (dataSet === undefined) throw new Error(`${file.path} was not opened.`);
    return dataSet;
  };

  /** Closes all files. */
  close(): void {
    for (const dataSet of this.open.values()) dataSet.close();
    this.open.clear();
  }

  private loadHdf5(): Promise<OpenHdf5> {
    this.hdf5 ??= loadHdf5();
    return this.hdf5;
  }
}

const keyOf = ({ format, path }: DataSetFile): string => `${format} ${path}`;
