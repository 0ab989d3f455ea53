import { describe, expect, it } from 'vitest';
import { someLine } from '../../../tests/support/samples.ts';
import { draftOfLine, emptyLine, makeToken, problemsOfLine, toLineInput, toLinePatch } from './lineDraft.ts';

const wassenger = { ...emptyLine, label: ' Paris ', sender: '5F4E3D2C1B0A5F4E3D2C1B0A', key: 'key-0123456789' };
const meta = {
  ...{ ...emptyLine, provider: 'meta' as const, label: 'Siège', sender: '106540352242922', key: 'EAAG-token' },
  ...{ newSecret: 'app-secret', verifyToken: 'verify-token' },
};
const line = {
  ...someLine,
  account: {
    ...someLine.account!,
    secrets: [
      { name: 'apiKey' as const, ending: 'x7Qd' },
      { name: 'webhookSecrets' as const, ending: '0001' },
      { name: 'webhookSecrets' as const, ending: '0002' },
    ],
  },
};

describe('a line as it is typed (SND-12)', () => {
  it('names what is missing or malformed, by provider', () => {
    expect(problemsOfLine(emptyLine, false)).toEqual(['label', 'sender', 'key']);
    expect(problemsOfLine(wassenger, false)).toEqual([]);
    expect(problemsOfLine({ ...wassenger, baseUrl: 'api.example' }, false)).toEqual(['baseUrl']);
    expect(problemsOfLine({ ...meta, newSecret: '', verifyToken: 'a b' }, false)).toEqual(['newSecret', 'verifyToken']);
    expect(problemsOfLine(meta, false)).toEqual([]);
  });

  it('keeps keys that are left empty, where there are some', () => {
    expect(problemsOfLine(draftOfLine(line), true)).toEqual([]);
    expect(problemsOfLine(draftOfLine(line), false)).toEqual(['key']);
  });

  it('becomes what the contract takes, without what was left empty', () => {
    expect(toLineInput(wassenger)).toEqual({
      ...{ provider: 'wassenger', label: 'Paris', deviceId: '5F4E3D2C1B0A5F4E3D2C1B0A', apiKey: 'key-0123456789' },
      ...{ webhookSecrets: [], deliveryReports: true },
    });
    expect(toLineInput({ ...meta, baseUrl: 'http://127.0.0.1:9' })).toEqual({
      ...{ provider: 'meta', label: 'Siège', phoneNumberId: '106540352242922', accessToken: 'EAAG-token' },
      ...{ appSecrets: ['app-secret'], verifyToken: 'verify-token', baseUrl: 'http://127.0.0.1:9' },
    });
  });

  it('changes only what was changed', () => {
    const draft = draftOfLine(line);
    expect(toLinePatch(draft, line)).toBeNull();
    expect(toLinePatch({ ...draft, label: 'Lyon' }, line)).toEqual({ id: line.id, label: 'Lyon' });
    expect(toLinePatch({ ...draft, key: 'new-key', deliveryReports: false }, line)).toEqual({
      id: line.id,
      account: { apiKey: 'new-key', deliveryReports: false },
    });
    expect(toLinePatch({ ...draft, kept: [1], newSecret: 'new-secret' }, line)).toEqual({
      id: line.id,
      account: { webhookSecrets: [{ keep: 1 }, 'new-secret'] },
    });
  });

  it('makes verify tokens that nobody guesses', () => {
    expect(makeToken()).toMatch(/^[0-9a-f]{48}$/);
    expect(makeToken()).not.toBe(makeToken());
  });
});
