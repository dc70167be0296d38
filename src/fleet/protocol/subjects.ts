// The NATS subjects on which the processes of a fleet talk to each other. All messages are requests that get an answer,
// and each is checked by a codec before anything in it is used.
//
//   node (id)                                       coordinator
//   osb.up.<id>.register   ─ request ─▶  hub        address, version, secret of the node; answer: admitted or refused
//   osb.up.<id>.out        ─ request ─▶  test run   a batch of events; answer: the number of the last piece taken
//   osb.up.<id>.fetch      ─ request ─▶  test run   asks for a range of the plan or of a document file
//   osb.down.<id>          ◀─ request ─  test run   commands and questions, with the node's secret
//
// The command line on the coordinator's machine asks the hub on osb.hub.<verb>.
//
// The daemon of each node makes a random id when it starts. At the coordinator's own NATS server it is also the user
// name, with which the node may publish to osb.up.<id>.> and subscribe to osb.down.<id> and _INBOX.<id>.>, and nothing
// else. Whoever answers a node answers only to an inbox of the id that asked, because a node could name any subject to
// answer to.

/** Version of the messages. The hub refuses nodes that have another one; nothing is negotiated. */
export const protocolVersion = 4;

/** What a node can ask for: admission by the hub; that its run takes events, or sends a range of bytes. */
export type UpVerb = 'register' | 'out' | 'fetch';

/** The subject of the requests of one node. */
export const upSubject = (id: string, verb: UpVerb): string => `osb.up.${id}.${verb}`;
/** The pattern for one kind of request from all nodes. */
export const upPattern = (verb: UpVerb): string => `osb.up.*.${verb}`;
/** The subject of commands and questions to a node. */
export const downSubject = (id: string): string => `osb.down.${id}`;
/** Beginning of the subjects on which the process with this id receives answers; `.` and further words follow. */
export const inboxPrefix = (id: string): string => `_INBOX.${id}`;
/** The subject of a request to the hub. Nodes may not publish there, only who has the keys of the coordinator. */
export const hubSubject = (verb: HubVerb): string => `osb.hub.${verb}`;
/** Requests to the hub: list the nodes, claim the fleet for a test run, give it back, show the state of everything. */
export type HubVerb = 'nodes' | 'begin' | 'end' | 'status';

/** The form of the ids and secrets of nodes: 128 random bits as 22 characters of base64url. */
export const idPattern = /^[A-Za-z0-9_-]{22}$/;
