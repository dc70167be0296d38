// Where a coordinator listens.

/** The port of the coordinator; the one that the original listens on, so that rules of firewalls stay as they are. */
export const defaultFleetPort = 1900;
