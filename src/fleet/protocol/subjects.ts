// What the nodes of a fleet say to each other over NATS: subjects and messages. Everything that arrives is parsed before it is believed.
//
//   node (id)                                       coordinator
//   osb.up.<id>.register   ─ request ─▶  hub        who I am, my address, my secret; admitted or not
//   osb.up.<id>.out        ─ request ─▶  test run   messages of the node's outbox; answered with the number of the last one that was merged
//   osb.up.<id>.fetch      ─ request ─▶  test run   a range of a bundle or of a document file
//   osb.down.<id>          ◀─ request ─  test run   commands, questions and pings, with the node's secret
//
// Each process of a node has its own random id, which is also its user name; it may publish to osb.up.<id>.> and subscribe to osb.down.<id> and
// _INBOX.<id>.>, nothing else. Answers go only to inboxes of the id that asked.

/** Refused if it differs: messages are not negotiated. */
export const protocolVersion = 2;

export type UpVerb = 'register' | 'out' | 'fetch';

export const upSubject = (id: string, verb: UpVerb): string => `osb.up.${id}.${verb}`;
export const upPattern = (verb: UpVerb): string => `osb.up.*.${verb}`;
export const downSubject = (id: string): string => `osb.down.${id}`;
export const inboxPrefix = (id: string): string => `_INBOX.${id}`;
/** Requests of the command line to the coordinator's daemon; only the coordinator's keys may publish there. */
export const hubSubject = (verb: HubVerb): string => `osb.hub.${verb}`;
export type HubVerb = 'nodes' | 'begin' | 'end' | 'status';

/** Ids are 22 characters of base64url: 128 bits. */
export const idPattern = /^[A-Za-z0-9_-]{22}$/;
