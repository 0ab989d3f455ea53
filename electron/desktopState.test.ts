import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDesktopMemory } from './desktopState.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vigie-state-'));
  file = path.join(folder, 'state.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('what is remembered is there after a restart (DSK-3, DSK-4)', () => {
  const report = vi.fn();
  const window = { x: 10, y: -20, width: 1280, height: 800, maximized: true };
  createDesktopMemory(file, report).remember({ announced: { day: '2026-11-20', highest: 'danger' }, window });
  expect(createDesktopMemory(file, report).state).toEqual({
    announced: { day: '2026-11-20', highest: 'danger' },
    toldHidden: false,
    window,
  });
  expect(report).not.toHaveBeenCalled();
});

test.each(['', '{', 'null', '{"announced":{"day":"today","highest":"danger"},"toldHidden":false,"window":null}'])(
  'an unreadable file is reported and begun anew: %s',
  (content) => {
    writeFileSync(file, content);
    const report = vi.fn();
    const memory = createDesktopMemory(file, report);
    expect(memory.state).toEqual({ announced: null, toldHidden: false, window: null });
    expect(report).toHaveBeenCalledOnce();
    memory.remember({ toldHidden: true });
    expect(createDesktopMemory(file, report).state.toldHidden).toBe(true);
  },
);

test('a disk that refuses is reported, and the state holds until the end', () => {
  const report = vi.fn();
  const memory = createDesktopMemory(path.join(folder, 'gone', 'state.json'), report);
  memory.remember({ toldHidden: true });
  expect(memory.state.toldHidden).toBe(true);
  expect(report).toHaveBeenCalledOnce();
});
