import type { ContractRouterClient } from '@orpc/contract';
import type { Router } from '@orpc/server';
import type { Locale } from '../backend/contract/common.ts';
import type { Contract } from '../backend/contract/contract.ts';
import type { LiveEvent } from '../backend/contract/liveEvents.ts';

/** What every call brings along: who acts, for the audit trail. */
export type CallContext = { actor: string; locale?: Locale | undefined };

/** What the desktop needs of the backend, once it is started. */
export type Backend = {
  readonly router: Router<Contract, CallContext>;
  readonly events: { on(listener: (event: LiveEvent) => void): () => void };
  /** The machine woke from sleep: what is due is looked at now (DSK-5). */
  resumed(): void;
};

/** The backend's calls, made without a window. */
export type BackendClient = ContractRouterClient<Contract>;

/** Writes one line for who looks after the machine; never a phone, a body or a secret. */
export type Report = (message: string, error?: unknown) => void;
