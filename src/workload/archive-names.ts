// By which extensions of their names files are archives.

/**
 * The extensions of archives of documents, each with its dot. The longest come first, so that `.tar.gz` wins over
 * `.gz`.
 */
export const archiveExtensions = ['.tar.bz2', '.tar.gz', '.tgz', '.tar', '.zip', '.bz2', '.gz', '.zst'] as const;

/** One of {@link archiveExtensions}. */
export type ArchiveExtension = (typeof archiveExtensions)[number];
