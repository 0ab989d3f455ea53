/** Between the main process and the page that asks for the passphrase: its words one way, the answer the other. */
export const PASSPHRASE_CHANNEL = 'vigie:passphrase';
