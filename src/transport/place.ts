// Where a target that is spoken to over something else than HTTP is reached: a host and a port.
import { isIPv6 } from 'node:net';

/** A host and a port. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** `host:port`, with brackets around an IPv6 address. */
  readonly text: string;
}

const PLACE = /^(?:\[([^\]]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;

/** The place that a text names; `null` if it is not `host:port` with a port from 1 to 65535. */
export function parsePlace(text: string): Place | null {
  const trimmed = text.trim();
  const [, bracketed, plain, digits] = PLACE.exec(trimmed) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return null;
  return bracketed !== undefined && !isIPv6(bracketed) ? null : { host, port, text: trimmed };
}
