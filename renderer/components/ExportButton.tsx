import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportChunk } from '../../backend/contract/exports.ts';
import { toast } from '../state/toasts.ts';
import { Button } from './Button.tsx';
import { useSentence } from './LoadFailed.tsx';

/** What spreadsheets of each language take for the end of a cell. */
export type Separator = ',' | ';';

type ExportButtonProps = {
  fileName: string;
  ask: (separator: Separator) => Promise<AsyncIterable<ExportChunk>>;
};

/** Saves a list as a CSV file (CMP-13), and says how many rows are read while a long one is made. */
export function ExportButton({ fileName, ask }: ExportButtonProps) {
  const { t, i18n } = useTranslation();
  const sentence = useSentence();
  const [rows, setRows] = useState(0);
  const saving = useMutation({
    mutationFn: async () => {
      const parts: string[] = [];
      let count = 0;
      for await (const chunk of await ask(i18n.language === 'fr' ? ';' : ',')) {
        parts.push(chunk.csv);
        count += chunk.rows;
        setRows(count);
      }
      saveFile(fileName, new Blob(parts, { type: 'text/csv;charset=utf-8' }));
      return count;
    },
    onMutate: () => setRows(0),
    onSuccess: (count) => toast({ tone: 'success', title: t('common.exported', { count }), body: fileName }),
    onError: (error) => toast({ tone: 'failure', title: t('common.exportFailed'), body: sentence(error) }),
  });
  return (
    <Button icon={<Download size={14} />} disabled={saving.isPending} onClick={() => saving.mutate()}>
      {saving.isPending && rows > 0 ? t('common.exporting', { count: rows }) : t('common.export')}
    </Button>
  );
}

function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it over once the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
