// Networks of the test's own: namespaces that bridges in one more namespace connect. Links can be cut, and all is gone
// with the namespaces. Needs: network namespaces.
import { execFileSync } from 'node:child_process';

const ip = (...words: readonly string[]): void =>
  void execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Why this process cannot make networks, in the words of the system; `null` = it can. */
export function networkObstacle(): string | null {
  const networks = new Networks('try');
  try {
    networks.addBridge('bridge');
    networks.join(networks.addNamespace(), 'bridge', '10.0.0.1/32');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  } finally {
    networks.remove();
  }
}

/** Can this process give another one a monotonic clock of its own? */
export function canShiftClocks(): boolean {
  try {
    execFileSync('unshare', ['--time', '--fork', '--monotonic', '1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    // No such program, or no such right: then clocks stay as they are.
    return false;
  }
}

export class Networks {
  private readonly prefix: string;
  private readonly switches: string;
  private readonly names: string[] = [];

  constructor(name = 'e2e') {
    this.prefix = `osb-${name}-${process.pid}-`;
    this.switches = `${this.prefix}switches`;
  }

  /** Adds a network. */
  addBridge(network: string): void {
    if (this.names.length === 0) this.add(this.switches);
    ip('-n', this.switches, 'link', 'add', network, 'type', 'bridge');
    ip('-n', this.switches, 'link', 'set', network, 'up');
  }

  /** Adds a machine without a network; returns the name of its namespace. */
  addNamespace(): string {
    const name = `${this.prefix}${this.names.length}`;
    this.add(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }

  /** Ties a machine to a network, with an address such as `10.0.0.1/24`. */
  join(namespace: string, network: string, address: string): void {
    const port = portOf(namespace, network);
    ip('-n', this.switches, 'link', 'add', port, 'type', 'veth', 'peer', 'name', network, 'netns', namespace);
    ip('-n', this.switches, 'link', 'set', port, 'master', network, 'up');
    ip('-n', namespace, 'address', 'add', address, 'dev', network);
    ip('-n', namespace, 'link', 'set', network, 'up');
    // Addresses of the same network need have nothing in common.
    if (address.endsWith('/32')) ip('-n', namespace, 'route', 'add', 'default', 'dev', network);
  }

  /** Pulls the cable. */
  cut(namespace: string, network: string): void {
    ip('-n', this.switches, 'link', 'set', portOf(namespace, network), 'down');
  }

  mend(namespace: string, network: string): void {
    ip('-n', this.switches, 'link', 'set', portOf(namespace, network), 'up');
  }

  remove(): void {
    for (const name of this.names.reverse()) ip('netns', 'delete', name);
  }

  private add(name: string): void {
    ip('netns', 'add', name);
    this.names.push(name);
  }
}

/** Of a switch; names of devices have at most 15 characters. */
const portOf = (namespace: string, network: string): string =>
  `${network.slice(0, 8)}-${namespace.slice(namespace.lastIndexOf('-') + 1)}`;
