// Times on which a test run and its nodes have to agree: after which silence the run takes a node for lost, and when a
// node must assume that this has happened.

/** If a run has not heard a node for so long, the node is lost to it. */
export const lossMillis = 4000;
/** A run asks for a sign of life from a node that it has not heard for so long. */
export const pingMillis = 900;
/** A run checks this often which nodes it has not heard. */
export const tickMillis = 250;
/**
 * A node that stood still for so long may have been taken for lost meanwhile, and must leave the run. After a shorter
 * standstill it cannot have been: {@link lossMillis} also covers the ping and the tick that may have passed since it
 * was last heard, and 350 ms for the way of its answer.
 */
export const standstillLeaseMillis = lossMillis - pingMillis - tickMillis - 350;
