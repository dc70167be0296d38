// The port on which a coordinator listens.

/**
 * The default port of a coordinator. The original OpenSearch Benchmark uses the same one, so firewall rules can stay as
 * they are.
 */
export const defaultFleetPort = 1900;
