/** The text of each file of src/contract as the Go files ask for it, by its name. */
export function contract(): Record<string, string>;
/** The same as it stands. */
export function written(): Record<string, string>;
