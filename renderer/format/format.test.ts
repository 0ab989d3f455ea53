import { describe, expect, it } from 'vitest';
import { createFormat, readablePhone, shareOf } from './format.ts';

const AT = '2026-11-20T23:30:05.000Z';
const french = createFormat('fr', 'Europe/Paris');
const english = createFormat('en', 'America/New_York');

describe('numbers and dates (UI-6)', () => {
  it('groups and separates as the language does', () => {
    expect(french.number(1_234_567)).toBe('1\u202f234\u202f567');
    expect(english.number(1_234_567)).toBe('1,234,567');
    expect(french.percent(0.3425)).toMatch(/^34,3\s%$/);
    expect(english.wholePercent(0.346)).toBe('35%');
  });

  it('tells times in the zone of the operator, and names it unless it is UTC', () => {
    expect(french.time(AT)).toBe('00:30');
    expect(french.dateTime(AT)).toContain('21 nov.');
    expect(english.time(AT)).toBe('18:30');
    expect(english.timeWithSeconds(AT)).toBe('18:30:05');
    expect([french.zone, english.zone]).toEqual(['Europe/Paris', 'America/New_York']);
    expect(createFormat('fr', 'Etc/UTC').zone).toBeNull();
  });

  it('shows a UTC day as that day, wherever the operator is', () => {
    expect(english.longDay('2026-11-20')).toContain('20 November');
    expect(createFormat('fr', 'Pacific/Kiritimati').longDay('2026-11-20')).toContain('20 novembre');
  });

  it('falls back to UTC for a zone that the browser does not know', () => {
    expect(createFormat('fr', 'Mars/Olympus').time(AT)).toBe('23:30');
  });

  it('has a sign for what has not happened', () => {
    expect(french.dateTime(null)).toBe('–');
  });
});

it('groups the digits of a French phone, and leaves others as they are', () => {
  expect(readablePhone('+33612345678')).toBe('+33 6 12 34 56 78'.replaceAll(' ', '\u00a0'));
  expect(readablePhone('+14185550103')).toBe('+14185550103');
});

it('gives a share of nothing as 0', () => {
  expect(shareOf(3, 0)).toBe(0);
  expect(shareOf(3, 12)).toBe(0.25);
});
