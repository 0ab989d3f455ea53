/**
 * How a column travels. `instant` is epoch milliseconds here and a timestamp there, `flag` 0 or 1 here and a boolean
 * there; a text that holds JSON is a text in both, so that it comes back letter by letter (SYN-4).
 */
export type ColumnKind = 'text' | 'integer' | 'instant' | 'flag' | 'day';
type Column = { local: string; remote: string; kind: ColumnKind; sql: string; isDerived: boolean };

/** A table of this machine and its copy in Supabase (SYN-1). */
export type Mirror = {
  /** Name in Supabase. */
  entity: string;
  table: string;
  /** Columns that name a row, here. */
  key: readonly string[];
  columns: readonly Column[];
  /** Rows that are copied at all, as a condition on the columns of `row`; null for all of them. */
  condition: ((row: string) => string) | null;
};

type Given = ColumnKind | { kind: ColumnKind; remote?: string; sql?: string; isDerived?: true };

function mirror(
  names: { entity: string; table: string; key: readonly string[]; condition?: Mirror['condition'] },
  columns: Record<string, Given>,
): Mirror {
  const { condition = null } = names;
  return {
    ...{ ...names, condition },
    columns: Object.entries(columns).map(([local, given]) => {
      const {
        kind,
        remote = local,
        sql = local,
        isDerived = false,
      } = typeof given === 'string' ? { kind: given } : given;
      return { local, remote, kind, sql, isDerived };
    }),
  };
}

/** Kept by triggers here: copied for those who look there, counted anew by a restore. */
const derived = { kind: 'integer', isDerived: true } as const;
const message = { kind: 'text', remote: 'message_id' } as const;
/** What another machine counted on the same account stands in Supabase under its own name. */
const ownCount = (local: string, remote: string): Given => ({
  kind: 'integer',
  remote,
  sql: `max(0, ${local} - coalesce((SELECT b.${local} FROM sync_brought_back b WHERE b.day = daily_stats.day), 0))`,
});

/** The attempt of a slot that another machine on the same account took. */
export const FOREIGN_SLOT = 'copy:';

/** Every mirrored table, those that others refer to first. */
export const MIRRORS: readonly Mirror[] = [
  mirror(
    { entity: 'vigie_lines', table: 'lines', key: ['id'] },
    {
      ...{ id: 'text', provider: 'text', label: 'text', is_default: 'flag', sends_per_minute: 'integer' },
      ...{ gap_min_ms: 'integer', gap_max_ms: 'integer', warmup_steps: 'text', warmup_started_day: 'text' },
      ...{ quiet_hours: 'text', absent_policy: 'text', created_at: 'instant' },
      ...{ source: { kind: 'text', remote: 'origin' }, disabled_at: 'instant', archived_at: 'instant' },
    },
  ),
  mirror(
    { entity: 'vigie_pauses', table: 'pauses', key: ['scope', 'target_id'] },
    { scope: 'text', target_id: 'text', reason: 'text', until_at: 'instant', created_at: 'instant' },
  ),
  mirror(
    { entity: 'vigie_settings', table: 'settings', key: ['key'] },
    { key: 'text', value: 'text', updated_at: 'instant' },
  ),
  mirror(
    { entity: 'daily_message_stats', table: 'daily_stats', key: ['day'] },
    {
      day: { kind: 'day', remote: 'date' },
      message_1: ownCount('message_1', 'message_1_count'),
      message_2: ownCount('message_2', 'message_2_count'),
      other: ownCount('other', 'other_count'),
      errors: { kind: 'integer', remote: 'error_count' },
      closed_at: 'instant',
    },
  ),
  mirror(
    {
      ...{ entity: 'vigie_quota_slots', table: 'quota_slots', key: ['id'] },
      condition: (row) => `${row}attempt_id NOT LIKE '${FOREIGN_SLOT}%'`,
    },
    {
      ...{ id: 'integer', attempt_id: message, line_id: 'text', kind: 'text', day: 'day' },
      ...{ taken_at: 'instant', settled_at: 'instant' },
    },
  ),
  mirror(
    { entity: 'categories', table: 'categories', key: ['id'] },
    { id: 'text', name: 'text', color: 'text', created_at: 'instant', updated_at: 'instant' },
  ),
  mirror(
    { entity: 'contacts', table: 'contacts', key: ['id'] },
    {
      ...{ id: 'text', number: 'integer', name: 'text', phone: 'text', phone_original: 'text', attributes: 'text' },
      ...{ opted_out_at: 'instant', created_at: 'instant', updated_at: 'instant' },
    },
  ),
  mirror(
    { entity: 'vigie_contact_categories', table: 'contact_categories', key: ['category_id', 'contact_id'] },
    { category_id: 'text', contact_id: 'text' },
  ),
  mirror(
    { entity: 'vigie_suppressions', table: 'suppressions', key: ['phone'] },
    { phone: 'text', reason: 'text', created_at: 'instant' },
  ),
  mirror(
    { entity: 'campaigns', table: 'campaigns', key: ['id'] },
    {
      ...{ id: 'text', name: 'text', status: 'text', line_id: 'text', message_1: 'text', message_2: 'text' },
      ...{ audience: 'text', sends_per_minute: 'integer', start_at: 'instant', started_at: 'instant' },
      ...{ last_message_1_at: 'instant', ended_at: 'instant' },
      ...{ total_contacts: derived, messages_sent: derived, messages_delivered: derived, messages_read: derived },
      ...{ interactions: derived, message_2_sent: derived, failures: derived, no_interaction: derived, late: derived },
      ...{ opted_out: derived, cancelled: derived, ended: derived },
      ...{ final_figures: 'text', created_at: 'instant', updated_at: 'instant' },
    },
  ),
  mirror(
    { entity: 'recipients', table: 'recipients', key: ['id'] },
    {
      ...{ id: 'integer', campaign_id: 'text', contact_id: 'text', phone: 'text', state: 'text', reason: 'text' },
      ...{ message_1_sent_at: 'instant', delivered_at: 'instant', read_at: 'instant', interaction_at: 'instant' },
      ...{ interaction_type: 'text', within_24h: 'flag', message_2_sent_at: 'instant', updated_at: 'instant' },
    },
  ),
  mirror(
    { entity: 'messages', table: 'attempts', key: ['id'] },
    {
      ...{ id: 'text', line_id: 'text', type: 'text', campaign_id: 'text', contact_id: 'text', phone: 'text' },
      ...{ body: 'text', media: 'text', template: 'text', category: 'text', title: 'text', context: 'text' },
      ...{ priority: 'integer', state: 'text', tries: 'integer', max_attempts: 'integer', reference: 'text' },
      ...{ idempotency_key: 'text', content_hash: 'text', due_at: 'instant', expires_at: 'instant' },
      ...{ error_code: 'text', error_detail: 'text', created_at: 'instant', sending_at: 'instant', sent_at: 'instant' },
      ...{ delivered_at: 'instant', read_at: 'instant', finished_at: 'instant', unknown_at: 'instant' },
      ...{ lookups: 'integer', absent_since: 'instant', lookup_at: 'instant', parked_at: 'instant' },
      ...{ cleaned_at: 'instant', updated_at: 'instant', time_zone: 'text' },
    },
  ),
  mirror(
    { entity: 'vigie_message_events', table: 'attempt_events', key: ['id'] },
    { id: 'integer', attempt_id: message, at: 'instant', event: 'text', detail: 'text' },
  ),
  mirror(
    { entity: 'vigie_provider_ids', table: 'provider_ids', key: ['line_id', 'provider_id'] },
    { line_id: 'text', provider_id: 'text', attempt_id: message },
  ),
  mirror(
    { entity: 'vigie_delivery_reports', table: 'delivery_reports', key: ['attempt_id', 'status', 'at', 'code'] },
    { attempt_id: message, status: 'text', at: 'instant', code: 'text' },
  ),
  mirror(
    { entity: 'message_errors', table: 'message_errors', key: ['id'] },
    {
      ...{ id: 'integer', attempt_id: message, line_id: 'text', phone: 'text', code: 'text' },
      ...{ detail: { kind: 'text', remote: 'message' }, day: 'day', occurred_at: 'instant' },
    },
  ),
  mirror(
    { entity: 'interactions', table: 'interactions', key: ['id'] },
    {
      ...{ id: 'integer', campaign_id: 'text', contact_id: 'text', line_id: 'text', provider_message_id: 'text' },
      ...{ type: 'text', received_at: 'instant', within_24h: 'flag', created_at: 'instant' },
    },
  ),
  mirror(
    { entity: 'vigie_sender_ids', table: 'sender_ids', key: ['line_id', 'sender_id'] },
    { line_id: 'text', sender_id: 'text', phone: 'text', learnt_at: 'instant' },
  ),
  mirror(
    { entity: 'vigie_last_incoming', table: 'last_incoming', key: ['line_id', 'phone'] },
    { line_id: 'text', phone: 'text', at: 'instant' },
  ),
  mirror(
    { entity: 'vigie_audit', table: 'audit', key: ['id'] },
    { id: 'integer', at: 'instant', actor: 'text', action: 'text', target: 'text', detail: 'text' },
  ),
];
