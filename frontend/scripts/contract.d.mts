/** The text of src/contract.ts as the Go files ask for it. */
export function contract(): string;
/** The text of src/contract.ts as it stands. */
export function written(): string;
