// Texts of others in our logs and on our terminals.

/** Without anything that could forge a line or move a cursor, and not endless. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
