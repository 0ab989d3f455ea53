import { describe, expect, it } from 'vitest';
import { recipientZone } from './recipientZone.ts';

describe('the time zone of a recipient', () => {
  it.each([
    ['+33612345678', 'Europe/Paris'],
    ['+262692123456', 'Indian/Reunion'],
    ['+4915112345678', 'Europe/Berlin'],
    ['+447400123456', 'Europe/London'],
    ['+2250712345678', 'Africa/Abidjan'],
    ['+18765551234', 'America/Jamaica'],
  ])('is that of the country of %s, where it has one time: %s (SND-13)', (phone, zone) => {
    expect(recipientZone({ phone })).toBe(zone);
  });

  it.each([['+12125551234'], ['+61412345678'], ['+34612345678'], ['+79161234567'], ['+5511912345678'], ['+888123456']])(
    'is not guessed where the country has several times, or there is none: %s (SND-13)',
    (phone) => {
      expect(recipientZone({ phone })).toBeNull();
    },
  );

  it.each(['timezone', 'Time zone', 'time_zone', 'fuseau', 'FUSEAU', 'fuseau horaire'])(
    'is what the contact’s attribute “%s” says (SND-13)',
    (name) => {
      expect(recipientZone({ phone: '+12125551234', attributes: { [name]: ' America/New_York ' } })).toBe(
        'America/New_York',
      );
    },
  );

  it('is that of the phone when the attribute names no zone that exists (SND-13)', () => {
    expect(recipientZone({ phone: '+33612345678', attributes: { fuseau: 'Paris', ville: 'UTC' } })).toBe(
      'Europe/Paris',
    );
    expect(recipientZone({ phone: '+33612345678', attributes: { timezone: '' } })).toBe('Europe/Paris');
  });
});
