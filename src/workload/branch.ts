// Which branch or tag of a workload repository fits a version of the cluster. Works on names only and runs no git.

const MAIN = 'main';
const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-(.+))?$/;

/**
 * The names to look for, most specific first: `2.4.1-rc1`, `2.4.1`, `2.4`, `2.3`, `2.2`, `2.1`, `2`. `null` if the text
 * is no version.
 */
export function versionVariants(version: string): readonly string[] | null {
  const match = VERSION.exec(version);
  if (match === null) return null;
  const [, major = '', minor = '', patch = '', suffix] = match;
  const older = Array.from(
    { length: Math.max(0, Number(minor) - 1) },
    (_, index) => `${major}.${Number(minor) - 1 - index}`,
  );
  const variants = [`${major}.${minor}.${patch}`, `${major}.${minor}`, ...older, major];
  return suffix === undefined ? variants : [`${major}.${minor}.${patch}-${suffix}`, ...variants];
}

/**
 * The branch for a version; `null` if none fits. Without a version it is `main`. A version newer than all branches gets
 * `main` as well. Repositories keep branches for Elasticsearch beside those for OpenSearch, which are never chosen:
 * `5`, `6` and `7` where all three are there, and what comes after a gap in the numbers.
 */
export function chooseBranch(branches: readonly string[], version: string | null): string | null {
  if (version === null) return branches.includes(MAIN) ? MAIN : null;
  const variants = versionVariants(version);
  if (variants === null) return null;
  const major = Number.parseInt(version, 10);
  const newest = newestOwnMajor(branches);
  if (major <= newest) return variants.find((variant) => branches.includes(variant)) ?? null;
  return branches.includes(MAIN) ? MAIN : null;
}

/** The tag `v<version>` that fits best; `null` if none does. */
export function chooseTag(tags: readonly string[], version: string | null): string | null {
  const variants = version === null ? null : versionVariants(version);
  return variants?.map((variant) => `v${variant}`).find((tag) => tags.includes(tag)) ?? null;
}

/** The last majors of Elasticsearch before OpenSearch began anew with 1. */
const ELASTICSEARCH_MAJORS = [5, 6, 7];

/** The last of OpenSearch's majors, which follow each other without a gap; -1 if no branch has a number of its own. */
function newestOwnMajor(branches: readonly string[]): number {
  const numbers = branches
    .filter((branch) => /^\d+(?:\.\d+)*(?:-.+)?$/.test(branch))
    .map((branch) => Number.parseInt(branch, 10));
  const hasElasticsearch = ELASTICSEARCH_MAJORS.every((major) => numbers.includes(major));
  const own = numbers.filter((major) => !hasElasticsearch || !ELASTICSEARCH_MAJORS.includes(major));
  const majors = [...new Set(own)].sort((left, right) => left - right);
  const gap = majors.findIndex((major, index) => index > 0 && major !== (majors[index - 1] ?? 0) + 1);
  return (gap === -1 ? majors.at(-1) : majors[gap - 1]) ?? -1;
}
