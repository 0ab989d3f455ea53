/** Protocol messages, both ways: `(session, message)`. */
export const RPC_CHANNEL = 'vigie:rpc';
/** Main process to page: the page to show. */
export const NAVIGATE_CHANNEL = 'vigie:navigate';
