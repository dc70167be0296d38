// Times on which both ends of a run agree: how it notices that a node is gone, and when a node gives up by itself.

/** A node that was not heard for so long is lost to its run. */
export const lossMillis = 4000;
/** A run asks each node for a sign of life this often. */
export const pingMillis = 900;
/** A run looks for nodes that fell silent this often. */
export const tickMillis = 250;
/**
 * A node that stood still for less cannot have been lost meanwhile: it was heard at most a ping and a tick before, and the
 * answer took its time.
 */
export const standstillLeaseMillis = lossMillis - pingMillis - tickMillis - 350;
