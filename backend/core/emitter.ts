/** Tells listeners what happened. Events announce, they do not steer: a listener that throws changes nothing for the teller. */
export type Emitter<Event> = {
  emit(event: Event): void;
  /** Returns the function that ends the subscription. */
  on(listener: (event: Event) => void): () => void;
};

export function createEmitter<Event>(onListenerError: (error: unknown) => void = () => {}): Emitter<Event> {
  const listeners = new Set<(event: Event) => void>();
  return {
    emit(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
