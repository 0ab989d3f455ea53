import { CALLS } from './apiFolder.ts';

/** Asks the host, and gives the milliseconds until the answer was read. Keeps the id that it gives, where wanted. */
export type Call = (method: string, route: string, ...content: [body?: unknown, ids?: string[]]) => Promise<number>;

/** What is read, by the route that it belongs to; several where filters take another way to their rows. */
export const GETS: Readonly<Record<string, string[]>> = {
  '/monitoring/stats': [''],
  '/monitoring/history': ['?days=90'],
  '/monitoring/errors': ['?limit=100'],
  '/messages/stats': ['?days=90'],
  '/attempts': [
    ...['', '?limit=200', '?state=failed_final', '?state=pending', '?type=otp', '?campaignId=camp'],
    ...['?campaignId=camp&state=failed_final', '?campaignId=none', '?phone=%2B33600000500', '?phone=0005'],
    ...['?q=nothing', '?parked=true', '?state=cancelled&type=otp'],
  ],
  '/attempts/{id}': ['/attempt-00000500'],
  '/contacts': [
    ...[
      '',
      '?categoryId=cat',
      '?q=contact',
      '?q=contact%20999',
      '?q=lyon',
      '?q=maison%204999',
      '?q=lyon%20maison%20777',
    ],
    ...['?q=nothing', '?q=0005', '?q=l', '?categoryId=cat&q=lyon', '?categoryId=group-7&q=lyon'],
  ],
  '/contacts/{id}': ['/contact-00000500'],
  '/imports': [''],
  '/imports/{id}': ['/import-1'],
  '/imports/{id}/refused': ['/import-1/refused'],
  '/categories': [''],
  '/campaigns': [''],
  '/campaigns/{id}': ['/camp'],
  '/campaigns/{id}/recipients': [
    ...['/camp/recipients', '/camp/recipients?state=no_interaction', '/camp/recipients?state=failed'],
  ],
  '/webhook-events': ['', '?verdict=ignored', '?q=nothing', '?verdict=failed'],
  '/webhook-events/{id}': ['/500'],
  '/settings': [''],
  '/lines': [''],
  '/relay': [''],
  '/sync': [''],
  '/protection': [''],
  '/backups': [''],
  '/clock': [''],
  '/scheduler': [''],
  '/cache/stats': [''],
  '/audit': [''],
  '/suppressions': [''],
};

const message = { body: 'Bonjour {{ville|}}' };
const campaign = (name: string, audience: object) => ({ name, message1: message, message2: message, ...audience });
const contactOf = (number: number): string => `contact-${String(number).padStart(8, '0')}`;
const ids: string[] = [];
/** Of the campaigns made on this host, the last of those whose ids were kept. */
const idOf = (index: number): string => ids.slice(-CALLS)[index] ?? '';

/** What is written: one call of each, the `index`-th. Campaigns are made before they are started. */
export const WRITES: readonly [route: string, write: (call: Call, index: number) => Promise<number>][] = [
  [
    'POST /messages',
    (call, i) => call('POST', '/messages', { to: `+3370000${1000 + i}`, body: 'Bonjour', whenPossible: true }),
  ],
  ['POST /attempts/{id}/retry', (call, i) => call('POST', `/attempts/retry-${i + 1}/retry`)],
  ['POST /attempts/{id}/cancel', (call, i) => call('POST', `/attempts/pending-${i + 1}/cancel`)],
  ['POST /attempts/{id}/resolve', (call, i) => call('POST', `/attempts/unknown-${i + 1}/resolve`, { outcome: 'sent' })],
  ['POST /attempts/retry', (call) => call('POST', '/attempts/retry', { max: 50 })],
  ['POST /attempts/cleanup', (call) => call('POST', '/attempts/cleanup', { olderThanDays: 30, dryRun: true })],
  ['POST /contacts', (call, i) => call('POST', '/contacts', { phone: `+3371${1000000 + i}`, categoryIds: ['cat'] })],
  ['PATCH /contacts/{id}', (call, i) => call('PATCH', `/contacts/${contactOf(5000 + i)}`, { name: `Autre ${i}` })],
  ['DELETE /contacts/{id}', (call, i) => call('DELETE', `/contacts/${contactOf(6000 + i)}`)],
  [
    'POST /contacts/{id}/merge',
    (call, i) => call('POST', `/contacts/${contactOf(7000 + i)}/merge`, { otherId: contactOf(8000 + i) }),
  ],
  ['POST /contacts/import', (call, i) => call('POST', '/contacts/import', `nom;tel\nAwa;+3372${1000000 + i}\n`)],
  ['POST /categories', (call, i) => call('POST', '/categories', { name: `Neuve ${i}` })],
  ['PATCH /categories/{id}', (call, i) => call('PATCH', '/categories/cat', { name: `Clients ${i}` })],
  ['DELETE /categories/{id}', (call, i) => call('DELETE', `/categories/group-${i + 1}`)],
  ['POST /campaigns/preview', (call) => call('POST', '/campaigns/preview', campaign('', { categoryIds: ['cat'] }))],
  [
    'POST /campaigns',
    (call, i) => call('POST', '/campaigns', campaign(`Neuve ${i}`, { contactIds: [contactOf(9000 + i)] }), ids),
  ],
  ['PATCH /campaigns/{id}', (call, i) => call('PATCH', `/campaigns/${idOf(i)}`, { name: `Autre ${i}` })],
  ['POST /campaigns/{id}/start', (call, i) => call('POST', `/campaigns/${idOf(i)}/start`)],
  ['POST /campaigns/{id}/pause', (call, i) => call('POST', `/campaigns/${idOf(i)}/pause`)],
  ['POST /campaigns/{id}/resume', (call, i) => call('POST', `/campaigns/${idOf(i)}/resume`)],
  ['POST /campaigns/{id}/cancel', (call, i) => call('POST', `/campaigns/${idOf(i)}/cancel`)],
  ['POST /webhook-events/{id}/replay', (call, i) => call('POST', `/webhook-events/${i + 1}/replay`)],
  ['POST /sending/pause', (call) => call('POST', '/sending/pause', { scope: 'message_1' })],
  ['POST /sending/resume', (call) => call('POST', '/sending/resume', { scope: 'message_1' })],
  ['PATCH /settings', (call, i) => call('PATCH', '/settings', { dailyLimit: 180 + i })],
  ['PATCH /lines/{id}', (call, i) => call('PATCH', '/lines/wassenger', { sendsPerMinute: 10 + (i % 10) })],
  ['POST /scheduler/{job}/run', (call) => call('POST', '/scheduler/check-interactions/run')],
  ['DELETE /suppressions/{phone}', (call, i) => call('DELETE', `/suppressions/%2B33800000${100 + i}`)],
];

/** Routes that have no latency of their own, each with the reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'GET /events': 'stays open',
  'GET /campaigns/{id}/export.csv': 'read as fast as it is taken',
  'GET /exports/attempts.csv': 'read as fast as it is taken',
  'GET /exports/errors.csv': 'read as fast as it is taken',
  'GET /imports/{id}/refused.csv': 'a file of all refused lines',
  'POST /imports': 'measured with the import',
  'POST /imports/content': 'measured with the import',
  'POST /imports/{id}/preview': 'measured with the import',
  'POST /imports/{id}/start': 'measured with the import',
  'POST /imports/{id}/cancel': 'measured with the import',
  'POST /imports/{id}/resume': 'measured with the import',
  'POST /imports/{id}/undo': 'measured with the import',
  'POST /webhook-events/{id}/assign': 'the work of a replay',
  'POST /backups': 'copies the whole file',
  'POST /backups/{name}/restore': 'ends the workspace',
  'POST /lines': 'a line is made once',
  'POST /sync/push': 'waits for Supabase',
  'POST /sync/set-aside/{id}/retry': 'waits for Supabase',
  'PATCH /protection': 'begins a pass over the file',
  'POST /protection/key/rotate': 'begins a pass over the file',
  'POST /protection/key/export': 'reads a key',
  'POST /protection/passphrase': 'begins a pass over the secrets',
  'POST /protection/passphrase/remove': 'begins a pass over the secrets',
  'DELETE /lines/{id}': 'a line goes once',
  'POST /lines/{id}/test': 'asks the provider',
  'POST /lines/leave-demo': 'once',
  'POST /clock/reset': 'only after a clock that was ahead',
  'POST /auth/login': 'slow on purpose',
};

/** @throws when a route of the host is neither measured nor left out with its reason */
export function checkAllRoutes(paths: Readonly<Record<string, object>>): void {
  const known = new Set([
    ...Object.keys(GETS).map((route) => `GET ${route}`),
    ...WRITES.map(([route]) => route),
    ...Object.keys(LEFT_OUT),
  ]);
  const missing = Object.entries(paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((route) => !known.has(route));
  if (missing.length > 0) throw new Error(`not measured: ${missing.join(', ')}`);
}
