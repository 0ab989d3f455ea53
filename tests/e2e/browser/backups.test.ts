import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Backup } from '../../../backend/contract/backups.ts';
import { VigieError } from '../../../backend/contract/errors.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import type { InterfacePage } from '../../support/interfacePage.ts';
import { settled, type PageOptions } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { PICTURES, usePages } from '../../support/pages.ts';

const openPage = usePages();

const backupOf = (at: string, kind: Backup['kind']): Backup => {
  const name = `vigie-${at.replaceAll(/[-:.]/g, '')}-${kind}.tar.gz`;
  return { name, kind, createdAt: at, bytes: 4_200_000, path: `/home/ada/.local/share/vigie/backups/${name}` };
};

async function open(
  page: PageOptions,
  given: { frozen?: boolean; refusal?: VigieError } = {},
): Promise<{ page: InterfacePage['page']; restored: string[]; thaw: () => void }> {
  const restored: string[] = [];
  let backups = [backupOf('2026-11-20T03:00:00.000Z', 'daily'), backupOf('2026-11-19T03:00:00.000Z', 'daily')];
  let { frozen = false } = given;
  const scene = workingDay(page.language);
  const backend = await startFakeBackend(scene, {
    services: {
      settings: {
        get() {
          if (frozen)
            throw new VigieError('frozen', { reason: 'file_damaged', file: 'vigie.db', detail: 'SQLITE_NOTADB' });
          return scene.settings;
        },
      },
      backups: {
        list: () => backups,
        async create() {
          const made = backupOf('2026-11-20T14:00:00.000Z', 'manual');
          backups = [made, ...backups];
          return made;
        },
        async restore(name) {
          if (given.refusal) throw given.refusal;
          restored.push(name);
          return backupOf('2026-11-20T03:00:00.000Z', 'daily');
        },
      },
    },
  });
  onTestFinished(() => backend.stop());
  const opened = await openPage(backend.address, page);
  const thaw = (): void => {
    frozen = false;
  };
  return { page: opened.page, restored, thaw };
}

it.for([
  ['fr', 'light'],
  ['en', 'dark'],
] as const)(
  'a frozen backend says why, offers its backups, and the page comes back by itself: %s, %s (REL-2)',
  async ([language, theme]) => {
    const { page, restored, thaw } = await open({ language, theme, ready: 'frozen' }, { frozen: true });
    await page.getByText('vigie.db').first().waitFor();
    await page.screenshot({ path: path.join(PICTURES, `frozen-${language}-${theme}.png`), animations: 'disabled' });
    await page.getByRole('button', { name: language === 'fr' ? /^Restaurer 20 nov/ : /^Restore 20 Nov/ }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('24').waitFor();
    await dialog.getByRole('button', { name: language === 'fr' ? 'Restaurer' : 'Restore' }).click();
    await expect.poll(() => restored).toEqual(['vigie-20261120T030000000Z-daily.tar.gz']);
    thaw();
    await page.getByTestId('gauge').waitFor();
  },
);

it('a backup is made from the settings and stands first in the list (REL-6)', async () => {
  const { page } = await open({ at: '/settings/backups' });
  await settled(page);
  const list = page.getByRole('list', { name: 'Sauvegardes' });
  expect(await list.getByRole('listitem').count()).toBe(2);
  await page.getByRole('button', { name: 'Sauvegarder maintenant' }).click();
  await page.getByText('Sauvegarde faite et vérifiée').waitFor();
  await expect.poll(() => list.getByRole('listitem').first().textContent()).toContain('À votre demande');
  await page.screenshot({ path: path.join(PICTURES, 'settings-backups.png'), animations: 'disabled' });
});

it('a backup that is damaged is not restored, and the sentence says so (REL-6)', async () => {
  const refusal = new VigieError('backup_damaged', {
    name: 'vigie-20261120T030000000Z-daily.tar.gz',
    detail: 'vigie.db',
  });
  const { page } = await open({ at: '/settings/backups' }, { refusal });
  await page.getByRole('button', { name: /^Restaurer 20 nov/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restaurer' }).click();
  await page.getByText('est endommagée (vigie.db). Rien n’a été changé.').waitFor();
});
