import path from 'node:path';
import { defineCommand } from '../command.ts';
import { given } from '../values.ts';

export const importContacts = defineCommand({
  name: 'import',
  operands: ['FILE.csv'],
  options: { category: { type: 'string' }, country: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  async run({ category, country, 'dry-run': dryRun }, { client, text, progress, readFile }, [file = '']) {
    const name = path.basename(file);
    const bytes = await readFile(file);
    const { contacts } = await client();
    progress(text('import.reading', { file: name }));
    const report = await contacts.import({
      query: given({ category, country, dryRun }),
      body: new File([new Uint8Array(bytes)], name, { type: 'text/csv' }),
    });
    const done = text(report.dryRun ? 'import.dry_run' : 'import.done', { ...report, refused: report.refused.length });
    const refused = report.refused.map((line) => text('import.refused', line));
    return { data: report, words: [done, ...refused].join('\n') };
  },
});
