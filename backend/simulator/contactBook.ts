/** What the simulator remembers of one phone. */
export type ContactMemory = {
  /** Requests to send to it, refused ones included. */
  requests: number;
  accepted: number;
  /** It wrote since its last message: the next one is a follow-up. */
  awaitsFollowUp: boolean;
  lastWaId: string | null;
};

/** Remembers phones; beyond `limit` those seen longest ago are forgotten. */
export type ContactBook = {
  get(phone: string): ContactMemory;
};

export function createContactBook(limit: number): ContactBook {
  const contacts = new Map<string, ContactMemory>();
  return {
    get(phone) {
      const memory = contacts.get(phone) ?? { requests: 0, accepted: 0, awaitsFollowUp: false, lastWaId: null };
      contacts.delete(phone);
      contacts.set(phone, memory);
      const oldest = contacts.keys().next().value;
      if (contacts.size > limit && oldest !== undefined) contacts.delete(oldest);
      return memory;
    },
  };
}
