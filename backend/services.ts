import type * as attempts from './contract/attempts.ts';
import type { Backups } from './storage/backups/backups.ts';
import type * as campaigns from './contract/campaigns.ts';
import type { Page, PageInput } from './contract/common.ts';
import type * as contacts from './contract/contacts.ts';
import type * as exports from './contract/exports.ts';
import type * as lines from './contract/lines.ts';
import type { LiveEvent } from './contract/liveEvents.ts';
import type * as imports from './contract/imports.ts';
import type * as monitoring from './contract/monitoring.ts';
import type { Relay } from './contract/relay.ts';
import type * as protection from './contract/protection.ts';
import type * as webhooks from './contract/webhookEvents.ts';
import type * as workspace from './contract/workspace.ts';
import type { Emitter } from './core/emitter.ts';
import type { SyncService } from './sync/service.ts';
import type { z } from 'zod';

type Await<Value> = Value | Promise<Value>;

/** What the contract's calls are answered by. `compose.ts` gives one, the router hands it to the three ways in. */
export type Services = {
  monitoring: {
    stats(): monitoring.MonitoringStats;
    history(days: number): monitoring.DayCounts[];
    errors(limit: number): monitoring.MessageError[];
  };
  messages: {
    /** `known`: the idempotency key stands for this attempt already. */
    send(input: attempts.SendInput): { attempt: attempts.Attempt; known: boolean };
    stats(days: number): attempts.MessageStats;
  };
  attempts: {
    list(input: attempts.AttemptListInput): Page<attempts.Attempt>;
    get(id: string): attempts.AttemptDetail;
    retry(id: string, actor: string): attempts.Attempt;
    cancel(id: string, actor: string): attempts.Attempt;
    resolve(input: z.infer<typeof attempts.resolveInput>, actor: string): attempts.Attempt;
    retryMany(input: z.infer<typeof attempts.retryManyInput>, actor: string): z.infer<typeof attempts.retryManyOutput>;
    cleanup(
      input: z.infer<typeof attempts.cleanupInput>,
      actor: string,
      signal?: AbortSignal,
    ): Await<z.infer<typeof attempts.cleanupOutput>>;
  };
  contacts: {
    list(input: contacts.ContactListInput): Page<contacts.Contact>;
    create(input: contacts.ContactInput): contacts.Contact;
    get(id: string): contacts.Contact;
    update(input: contacts.ContactPatch): contacts.Contact;
    remove(id: string): void;
    /** The one with `id` stays. */
    merge(input: contacts.ContactMerge, actor: string): contacts.Contact;
    /** From the file to its end; the bytes are read as they are needed. */
    import(file: Blob, query: imports.ImportQuery & { fileName?: string }): Await<imports.ImportReport>;
  };
  imports: {
    list(input: PageInput): Page<imports.ContactImport>;
    get(id: string): imports.ContactImport;
    create(input: imports.ImportCreate): imports.ContactImport;
    upload(place: { id: string; offset: number }, part: Blob): Await<imports.ContactImport>;
    preview(input: imports.ImportPreviewInput): imports.ImportPreview;
    begin(input: imports.ImportStart, actor: string): imports.ContactImport;
    cancel(id: string, actor: string): Await<imports.ContactImport>;
    resume(id: string, actor: string): imports.ContactImport;
    undo(id: string, actor: string): imports.ContactImport;
    refused(input: imports.RefusedListInput): Page<imports.RefusedLine>;
    refusedFile(id: string): File;
  };
  categories: {
    list(input: PageInput): Page<contacts.Category>;
    create(input: contacts.CategoryInput): contacts.Category;
    update(input: contacts.CategoryPatch): contacts.Category;
    remove(id: string): void;
  };
  campaigns: {
    list(input: campaigns.CampaignListInput): Page<campaigns.Campaign>;
    create(input: campaigns.CampaignInput): campaigns.Campaign;
    get(id: string): campaigns.Campaign;
    update(input: campaigns.CampaignPatch): campaigns.Campaign;
    /** Answers `preparing` for a big campaign, once it is known that it can be launched. */
    start(id: string, actor: string): Await<campaigns.Campaign>;
    pause(id: string, actor: string): campaigns.Campaign;
    resume(id: string, actor: string): campaigns.Campaign;
    cancel(id: string, actor: string): campaigns.Campaign;
    recipients(input: campaigns.RecipientListInput): Page<campaigns.Recipient>;
    /** @param signal whoever asked is gone, or asks anew */
    preview(input: campaigns.CampaignPreviewInput, signal?: AbortSignal): Await<campaigns.CampaignPreview>;
  };
  exports: {
    recipients(input: exports.RecipientExportInput): Iterable<exports.ExportChunk>;
    attempts(input: exports.AttemptExportInput): Iterable<exports.ExportChunk>;
    errors(input: exports.ErrorExportInput): Iterable<exports.ExportChunk>;
  };
  webhookEvents: {
    list(input: webhooks.WebhookEventListInput): Page<webhooks.WebhookEvent>;
    get(id: string): webhooks.WebhookEventDetail;
    replay(id: string, actor: string): webhooks.WebhookEvent;
    assign(input: { id: string; contactId: string }, actor: string): webhooks.WebhookEvent;
  };
  sending: {
    pause(input: z.infer<typeof monitoring.sendingPauseInput>, actor: string): void;
    resume(input: z.infer<typeof monitoring.sendingResumeInput>, actor: string): void;
  };
  settings: {
    get(): workspace.Settings;
    update(patch: workspace.SettingsPatch, actor: string): workspace.Settings;
  };
  backups: Backups;
  protection: {
    get(): protection.Protection;
    update(patch: protection.ProtectionPatch, actor: string): Await<protection.Protection>;
    /** @throws VigieError `bad_request` when the environment gives the keys */
    rotate(actor: string): Await<protection.Protection>;
    /**
     * Chooses a passphrase for secrets in clear, or another one in place of `current`.
     * @throws VigieError `bad_request` when `current` is wrong, when something else protects the secrets, or when the
     *   environment gives the passphrase
     */
    setPassphrase(input: protection.PassphraseInput, actor: string): Promise<protection.Protection>;
    /** The secrets are kept as if there had been none. @throws VigieError `bad_request` as `setPassphrase` does */
    removePassphrase(input: protection.PassphraseRemoval, actor: string): Promise<protection.Protection>;
    export(actor: string): protection.ExportedKey;
  };
  clock: {
    get(): monitoring.ClockStanding;
    reset(actor: string): Promise<monitoring.ClockStanding>;
  };
  relay: { get(): Relay };
  lines: {
    list(): lines.Line[];
    add(input: lines.LineInput, actor: string): lines.Line;
    update(patch: lines.LinePatch, actor: string): lines.Line;
    remove(removal: lines.LineRemoval & { id: string }, actor: string): Promise<lines.LineRemoved>;
    /** Asks the provider about the line. */
    test(id: string): Promise<lines.LineTest>;
    /** Starts anew on the real workspace. */
    leaveDemo(actor: string): void;
  };
  scheduler: {
    list(): workspace.ScheduledJob[];
    run(job: string, actor: string): Promise<workspace.ScheduledJob>;
  };
  sync: SyncService;
  cache: { stats(): monitoring.CacheStats };
  audit: { list(input: PageInput): Page<workspace.AuditEntry> };
  suppressions: {
    list(input: PageInput): Page<contacts.Suppression>;
    remove(phone: string, actor: string): void;
  };
  live: {
    events: Emitter<LiveEvent>;
    /** The events that a new subscriber begins with. */
    snapshot(): LiveEvent[];
  };
};

/** The services as they answer from outside: behind a cache, some answers are waited for. */
export type AnsweringServices = Omit<Services, 'messages' | 'categories' | 'contacts'> & {
  messages: WaitedFor<Services['messages'], 'stats'>;
  categories: WaitedFor<Services['categories'], 'list'>;
  contacts: WaitedFor<Services['contacts'], 'list'>;
};
type WaitedFor<Group, Name extends keyof Group> = Omit<Group, Name> & {
  [Call in Name]: Group[Call] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Await<Answer>
    : never;
};
