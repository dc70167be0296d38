// Makes texts of others safe for our logs and terminals.

/**
 * At most 100 characters of the text, with `?` for all but printable ASCII, so that it can neither forge a line nor
 * move a cursor.
 */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
