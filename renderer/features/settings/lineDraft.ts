import type { AccountPatch, Line, LineInput, LinePatch, SecretName } from '../../../backend/contract/lines.ts';

/** What is typed about a line at its provider. A key that is left empty stays as it is. */
export type LineDraft = {
  provider: LineInput['provider'];
  label: string;
  /** The device of Wassenger, or the id of Meta's phone number. */
  sender: string;
  /** The API key of Wassenger, or Meta's access token. */
  key: string;
  /** Secrets that check webhooks and stay: their places in the present list. */
  kept: readonly number[];
  newSecret: string;
  verifyToken: string;
  baseUrl: string;
  deliveryReports: boolean;
};
export type DraftField = 'label' | 'sender' | 'key' | 'newSecret' | 'verifyToken' | 'baseUrl';

const SHORTEST_SECRET = 6;
const TOKEN_BYTES = 24;

export const emptyLine: LineDraft = {
  ...{ provider: 'wassenger', label: '', sender: '', key: '', kept: [], newSecret: '', verifyToken: '', baseUrl: '' },
  deliveryReports: true,
};

export function draftOfLine(line: Line): LineDraft {
  const provider = line.provider === 'meta' ? 'meta' : 'wassenger';
  return {
    ...emptyLine,
    ...{ provider, label: line.label, sender: line.account?.sender ?? '', baseUrl: line.account?.baseUrl ?? '' },
    kept: endingsOf(line, secretList(provider)).map((_ending, index) => index),
    deliveryReports: line.use === 'keys_missing' || line.capabilities.deliveryReports,
  };
}

/** Which of a line's secrets check webhooks. */
export function secretList(provider: LineDraft['provider']): 'webhookSecrets' | 'appSecrets' {
  return provider === 'meta' ? 'appSecrets' : 'webhookSecrets';
}

/** How the secrets of one kind end. */
export function endingsOf(line: Line | null, wanted: SecretName): string[] {
  return (line?.account?.secrets ?? []).flatMap(({ name, ending }) => (name === wanted ? [ending] : []));
}

/** The fields that are wrong or missing; `hasKeys` when empty ones stay as they are. */
export function problemsOfLine(draft: LineDraft, hasKeys: boolean): DraftField[] {
  const { provider, label, sender, key, kept, newSecret, verifyToken, baseUrl } = draft;
  const isMeta = provider === 'meta';
  const isSecret = (text: string, mayBeEmpty: boolean): boolean =>
    text.trim() === '' ? mayBeEmpty : text.trim().length >= SHORTEST_SECRET && !/\s/.test(text.trim());
  const fine: Record<DraftField, boolean> = {
    label: label.trim() !== '',
    sender: (isMeta ? /^\d{5,20}$/ : /^[0-9a-f]{24}$/i).test(sender.trim()),
    key: isSecret(key, hasKeys),
    newSecret: isSecret(newSecret, !isMeta || kept.length > 0),
    verifyToken: !isMeta || isSecret(verifyToken, hasKeys),
    baseUrl: baseUrl.trim() === '' || /^https?:\/\/[^\s?#@]+$/i.test(baseUrl.trim()),
  };
  return (Object.keys(fine) as DraftField[]).filter((field) => !fine[field]);
}

/** The line to add; its draft has no problems. */
export function toLineInput(draft: LineDraft): LineInput {
  const { provider, deliveryReports } = draft;
  const [label, sender, key, secret, verifyToken, baseUrl] = trimmed(draft);
  const address = baseUrl === '' ? {} : { baseUrl };
  const secrets = secret === '' ? [] : [secret];
  // The contract fills in the address that is left out.
  return (
    provider === 'meta'
      ? { provider, label, phoneNumberId: sender, accessToken: key, appSecrets: secrets, verifyToken, ...address }
      : { provider, label, deviceId: sender, apiKey: key, webhookSecrets: secrets, deliveryReports, ...address }
  ) as LineInput;
}

/** What changed; null when nothing did. */
export function toLinePatch(draft: LineDraft, line: Line): LinePatch | null {
  const [label, sender, key, secret, verifyToken, baseUrl] = trimmed(draft);
  const before = draftOfLine(line);
  const isMeta = draft.provider === 'meta';
  const secrets = [...draft.kept.map((keep) => ({ keep })), ...(secret === '' ? [] : [secret])];
  const account: AccountPatch = {
    ...(sender !== before.sender && (isMeta ? { phoneNumberId: sender } : { deviceId: sender })),
    ...(key !== '' && (isMeta ? { accessToken: key } : { apiKey: key })),
    ...((secret !== '' || draft.kept.length !== before.kept.length) && { [secretList(draft.provider)]: secrets }),
    ...(verifyToken !== '' && { verifyToken }),
    ...(baseUrl !== '' && baseUrl !== before.baseUrl && { baseUrl }),
    ...(!isMeta && draft.deliveryReports !== before.deliveryReports && { deliveryReports: draft.deliveryReports }),
  };
  const changes = {
    ...(label !== line.label && { label }),
    ...(Object.keys(account).length > 0 && { account }),
  };
  return Object.keys(changes).length === 0 ? null : { id: line.id, ...changes };
}

function trimmed({ label, sender, key, newSecret, verifyToken, baseUrl }: LineDraft) {
  const texts = [label, sender, key, newSecret, verifyToken, baseUrl].map((text) => text.trim());
  return texts as [string, string, string, string, string, string];
}

/** A token that nobody guesses. */
export function makeToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
