import { expect, test } from 'vitest';
import { isOwnAddress, mayOpenOutside } from './addresses.ts';

test.each([
  ['vigie-app://app/', true],
  ['vigie-app://app/index.html?x#y', true],
  ['VIGIE-APP://app/', true],
  ['vigie-app://app.evil/', false],
  ['vigie-app://evil/', false],
  ['vigie-app://user:pass@app/', false],
  ['vigie-app:app', false],
  ['https://app/', false],
  ['file:///app/', false],
  ['javascript:alert(1)//vigie-app://app/', false],
  ['about:blank', false],
  ['', false],
])('%s is our own interface: %s (SEC-5)', (address, expected) => {
  expect(isOwnAddress(address)).toBe(expected);
});

test.each([
  ['https://app.wassenger.com/devices', true],
  ['http://app.wassenger.com/', false],
  ['https://user:pass@app.wassenger.com/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['vigie-app://app/', false],
  ['ms-settings:', false],
  ['mailto:x@example.com', false],
  ['//example.com/', false],
  ['', false],
])('%s may be opened in the browser: %s (SEC-5)', (address, expected) => {
  expect(mayOpenOutside(address)).toBe(expected);
});
