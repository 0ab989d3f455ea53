import { describe, expect, it, vi } from 'vitest';
import { runLine } from '../../../tests/support/commandLine.ts';
import { someImport } from '../../../tests/support/samples.ts';

describe('the commands of imports and exports', () => {
  it('import sends the file, starts it with its options, and names every refused line (CMP-1)', async () => {
    const refused = [{ line: 3, reason: 'phone_invalid', message: 'Numéro non valide.', value: '12' }];
    const end = { ...someImport, imported: 2, updated: 1, refused: 1, total: 4 };
    const begin = vi.fn(() => end);
    const upload = vi.fn(() => end);
    const { output, exitCode } = await runLine(
      ['import', '/tmp/clients.csv', '--category', 'Clients', '--country', 'fr', '--map', 'nom=ignore'],
      { imports: { begin, upload, get: () => end, refused: () => ({ items: refused, nextCursor: null }) } },
    );
    expect(exitCode).toBe(0);
    expect(output).toBe('2 importés, 1 mis à jour, 1 refusés, sur 4 lignes.\nLigne 3 : Numéro non valide. (12)\n');
    expect(upload).toHaveBeenCalledWith({ id: 'import-1', offset: 0 }, expect.objectContaining({ size: 15 }));
    const mapping = ['ignore', 'phone'];
    const asked = { id: 'import-1', category: 'Clients', country: 'FR', mapping, dryRun: false };
    expect(begin).toHaveBeenCalledWith(asked, 'cli');
  });

  it('import refuses a column that the file does not have, and leaves nothing behind (CMP-1)', async () => {
    const cancel = vi.fn(() => someImport);
    const { errors, exitCode } = await runLine(['import', 'a.csv', '--map', 'Mobile=phone'], { imports: { cancel } });
    expect(exitCode).toBe(2);
    expect(errors).toContain('Colonnes : nom, tel');
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('imports are listed, shown and undone (CMP-1)', async () => {
    expect((await runLine(['imports', 'list'])).output).toContain('clients.csv');
    expect((await runLine(['imports', 'show', 'import-1'])).output).toContain('56');
    const undone = await runLine(['imports', 'undo', 'import-1', '--json']);
    expect(JSON.parse(undone.output)).toMatchObject({ state: 'undone', removed: 56 });
  });

  it('an import that was cut short ends with 1 and says how it goes on (CMP-1)', async () => {
    const cut = { ...someImport, state: 'interrupted' as const };
    const { errors, exitCode } = await runLine(['import', 'a.csv'], { imports: { get: () => cut } });
    expect(exitCode).toBe(1);
    expect(errors).toContain('imports resume import-1');
  });

  it('import --dry-run says so (SND-10)', async () => {
    expect((await runLine(['import', 'clients.csv', '--dry-run'])).output).toContain('rien n’est changé');
  });

  it('import shows on a terminal what is under way, and removes it', async () => {
    const { errors } = await runLine(['import', '/tmp/clients.csv'], {}, { isTerminal: true });
    expect(errors).toContain('Importation de clients.csv…');
    expect(errors.endsWith('\r\u001b[K')).toBe(true);
    expect((await runLine(['import', '/tmp/clients.csv'])).errors).toBe('');
  });

  it('export writes the file alone to the output, or says how much it wrote to a file (CMP-13)', async () => {
    const recipients = vi.fn(() => [
      { csv: 'a\r\n', rows: 0 },
      { csv: 'b\r\n', rows: 1 },
    ]);
    const services = { exports: { recipients } };
    const { output } = await runLine(['export', 'recipients', '--campaign', 'c', '--separator', ';'], services);
    expect(output).toBe('a\r\nb\r\n');
    expect(recipients).toHaveBeenCalledWith({ id: 'c', separator: ';' });
    const line = ['export', 'recipients', '--campaign', 'c', '--out', '/tmp/r.csv', '--json'];
    expect((await runLine(line, services)).output).toBe('a\r\nb\r\n{"rows":1,"file":"/tmp/r.csv"}\n');
    const { errors } = await runLine(['export', 'errors', '--out', '/tmp/e.csv'], {}, { isTerminal: true });
    expect(errors).toContain('1 lignes…');
  });

  it.each([
    [['export', 'recipients'], 2],
    [['export', 'attempts', '--json'], 2],
    [['export', 'attempts', '--state', 'none'], 2],
    [['export', 'nothing'], 2],
  ])('%j ends with %i', async (line, exitCode) => {
    expect((await runLine(line)).exitCode).toBe(exitCode);
  });
});
