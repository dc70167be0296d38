// Provides and starts a real Kafka broker for tests: one process that is broker and controller.
//
// Needs: a JDK.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cacheDirectory, findJavas, type Java, provideDirectory, runTool } from './opensearch-distribution.ts';

/** A broker that runs. */
export interface KafkaBroker {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  readonly pid: number;
  /** Ends the broker at once, and removes its files. Further calls do nothing more. */
  stop(): Promise<void>;
}

const VERSION = '4.1.1';
const ARTIFACT = 'kafka_2.13';
const OLDEST_JAVA = 17;
const START_LIMIT_MILLIS = 120_000;
/** Any 16 bytes in Base64. */
const CLUSTER = 'b3NiLXRlc3QtY2x1c3Rlcg';

/** The folder with the classes of the broker, fetched with Maven once. */
function provideClasses(): string {
  return provideDirectory(cacheDirectory(), `kafka-${VERSION}`, (work) => {
    const artifact = `<artifactId>${ARTIFACT}</artifactId><version>${VERSION}</version>`;
    writeFileSync(
      join(work, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
      <groupId>test</groupId><artifactId>test</artifactId><version>1</version>
      <dependencies><dependency><groupId>org.apache.kafka</groupId>${artifact}</dependency></dependencies></project>`,
    );
    const classes = join(work, 'classes');
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${classes}`];
    runTool('mvn', ['-B', '-q', '-f', join(work, 'pom.xml'), ...goal], `fetch ${ARTIFACT}:${VERSION}`);
    return classes;
  });
}

function provideJava(): Java {
  const java = findJavas().find(({ major }) => major >= OLDEST_JAVA);
  if (java === undefined) throw new Error(`Kafka needs Java ${OLDEST_JAVA}, and none was found. Run scripts/setup.`);
  return java;
}

/**
 * Starts a broker on a free port of 127.0.0.1 and waits until it takes connections. Topics are not made by themselves.
 * On Linux it dies with this process. Throws an error with the end of its log if it does not come up.
 */
export async function startKafka(): Promise<KafkaBroker> {
  const classes = join(provideClasses(), '*');
  const java = join(provideJava().home, 'bin/java');
  const directory = mkdtempSync(join(tmpdir(), 'kafka-'));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const config = join(directory, 'server.properties');
  mkdirSync(join(directory, 'data'));
  writeFileSync(config, properties(port, controllerPort, join(directory, 'data')));
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', config];
  runTool(java, ['-cp', classes, ...format], 'prepare the directory of Kafka');
  const log = join(directory, 'broker.log');
  const child = launch([java, '-Xmx256m', '-cp', classes, 'kafka.Kafka', config], log);
  try {
    await untilListening(child, port, log);
  } catch (error) {
    await end(child, directory);
    throw error;
  }
  return { host: `127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => end(child, directory) };
}

function properties(port: number, controllerPort: number, data: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${data}
offsets.topic.replication.factor=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
`;
}

function launch(command: readonly string[], log: string): ChildProcess {
  const output = openSync(log, 'a');
  const dying = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
  const [program = '', ...args] = [...dying, ...command];
  const child = spawn(program, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  return child;
}

/** Nothing tells when a broker listens, so it is asked until it does. */
async function untilListening(child: ChildProcess, port: number, log: string): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MILLIS;
  while (performance.now() < deadline && child.exitCode === null) {
    if (await accepts(port)) return;
    await pause(100);
  }
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-25).join('\n');
  throw new Error(`Kafka did not come up. The end of its log:\n${lines}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess, directory: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  rmSync(directory, { recursive: true, force: true });
}
