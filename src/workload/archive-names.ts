// By which extensions of their names files are archives.

/**
 * The extensions of archives of documents, each with its dot. The longest come first, so that `.tar.gz` wins over
 * `.gz`.
 */
export const archiveExtensions = ['.tar.bz2', '.tar.gz', '.tgz', '.tar', '.zip', '.bz2', '.gz', '.zst'] as const;

/** One of {@link archiveExtensions}. */
export type ArchiveExtension = (typeof archiveExtensions)[number];

/** Extensions of files that are packed in a way that cannot be unpacked here. Taken for text they would be nonsense. */
const foreignExtensions: readonly string[] = ['.7z', '.xz', '.lz4', '.lzma', '.rar', '.br', '.sz', '.parquet', '.avro'];

/** Whether a document file is packed in a way that cannot be unpacked here. */
export const isForeignArchive = (documentFile: string): boolean =>
  foreignExtensions.some((extension) => documentFile.toLowerCase().endsWith(extension));
