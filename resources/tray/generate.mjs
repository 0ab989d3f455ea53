/**
 * Draws the tray images and the app icon: `node resources/tray/generate.mjs`. Run by hand when a drawing changes; the images
 * are kept with the code. Shapes and colours are those of the levels everywhere else in Vigie.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const SIZES = [
  { pixels: 16, suffix: '' },
  { pixels: 32, suffix: '@2x' },
];

/**
 * One drawing per state, on a grid of 16. `shape` is filled, `sign` is drawn over it: in white on the coloured image,
 * cut out of the template image, which has one colour only.
 */
const STATES = {
  ok: { color: '#1C9A4B', shape: '<circle cx="8" cy="8" r="6"/>', sign: '' },
  attention: {
    color: '#C98500',
    shape: '<path d="M8 1.9 14.4 13.6H1.6Z" stroke-linejoin="round"/>',
    sign: '<path d="M8 6.2V9.4M8 11.4V11.5"/>',
  },
  danger: {
    color: '#D92D20',
    shape: '<path d="M5.5 1.9H10.5L14.1 5.5V10.5L10.5 14.1H5.5L1.9 10.5V5.5Z" stroke-linejoin="round"/>',
    sign: '<path d="M8 4.4V8.6M8 11.2V11.3"/>',
  },
  blocked: {
    color: '#667085',
    shape: '<rect x="2" y="2" width="12" height="12" rx="1.6"/>',
    sign: '<path d="M4.4 11.6 11.6 4.4"/>',
  },
  paused: {
    color: '#5B6B82',
    shape: '<rect x="2.6" y="2" width="3.4" height="12" rx="1"/><rect x="10" y="2" width="3.4" height="12" rx="1"/>',
    sign: '',
  },
  offline: {
    color: '#5B6B82',
    ring: '<circle cx="8" cy="8" r="5.6" stroke-width="2.6" stroke-dasharray="3.4 2.464" fill="none"/>',
  },
};

const SIGN = 'fill="none" stroke-width="1.9" stroke-linecap="round"';

/** A pale edge keeps the shape apart from a dark task bar; on a light one it disappears. */
function coloured({ color, shape, sign, ring }) {
  if (ring) return `<g stroke="#FFF" opacity="0.85">${wider(ring)}</g><g stroke="${color}">${ring}</g>`;
  return `<g fill="#FFF" stroke="#FFF" stroke-width="2" opacity="0.85">${shape}</g>
    <g fill="${color}" stroke="${color}" stroke-width="0.4">${shape}</g><g stroke="#FFF" ${SIGN}>${sign}</g>`;
}

function template({ shape, sign, ring }) {
  if (ring) return `<g stroke="#000">${ring}</g>`;
  return `<mask id="sign"><rect width="16" height="16" fill="#FFF"/><g stroke="#000" ${SIGN}>${sign}</g></mask>
    <g mask="url(#sign)" fill="#000" stroke="#000" stroke-width="0.4">${shape}</g>`;
}

/** Each dash of the ring, larger by the width of the edge. */
function wider(ring) {
  return ring
    .replace('stroke-width="2.6"', 'stroke-width="4.2"')
    .replace('stroke-dasharray="3.4 2.464"', 'stroke-dasharray="5 0.864" stroke-dashoffset="0.8"');
}

/** The app icon is the interface's own, larger. */
const APP_ICON = readFileSync(path.join(import.meta.dirname, '../../renderer/public/icon.svg'), 'utf8');

const svg = (pixels, content) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${pixels}" viewBox="0 0 16 16">${content}</svg>`;

const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage();

async function draw(file, pixels, markup) {
  await page.setViewportSize({ width: pixels, height: pixels });
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:${pixels}px;height:${pixels}px}</style>${markup}`,
  );
  writeFileSync(path.join(import.meta.dirname, file), await page.screenshot({ omitBackground: true }));
}

for (const [state, drawing] of Object.entries(STATES)) {
  for (const { pixels, suffix } of SIZES) {
    await draw(`${state}${suffix}.png`, pixels, svg(pixels, coloured(drawing)));
    await draw(`${state}Template${suffix}.png`, pixels, svg(pixels, template(drawing)));
  }
}
await draw('../icons/icon.png', 512, APP_ICON);
await browser.close();
