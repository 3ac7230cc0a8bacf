/** The header, as an object, and what follows it. */
export function split(bytes: Buffer): { header: Record<string, unknown>; data: Buffer };

/** A file of the text of a header and the data. */
export function join(header: string, data: Uint8Array): Buffer;

/** Puts the checksum right, where there is one, so that what lies behind that check is reached. */
export function repair(bytes: Buffer): Buffer;
