/** One message of oRPC's message-port protocol: text, or bytes where a file travels along. */
export type BridgeMessage = string | Uint8Array;

/**
 * What the desktop's preload script puts on `window.vigie`: one message channel, nothing else.
 * The interface speaks oRPC's message-port protocol over it; in a browser it is absent and HTTP is used.
 */
export type DesktopBridge = {
  /** Sends one protocol message to the main process. */
  send(message: BridgeMessage): void;
  /** Listens to the main process; returns the function that ends it. */
  onMessage(listener: (message: BridgeMessage) => void): () => void;
  /** Page that a tray item, a notification or a deep link asks for. */
  onNavigate(listener: (page: string) => void): () => void;
  readonly platform: string;
};

/** What the page says that asks for the passphrase before the application opens (DSK-6). */
export type PassphraseWords = Record<'locale' | 'title' | 'text' | 'label' | 'wrong' | 'open', string>;

/** What that page has, on `window.vigiePassphrase`. */
export type PassphraseBridge = {
  /** @param listener gets `PassphraseWords` as JSON */
  onAsked(listener: (words: string) => void): void;
  answer(passphrase: string): void;
};
