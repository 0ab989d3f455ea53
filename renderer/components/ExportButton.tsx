import { useMutation } from '@tanstack/react-query';
import { Download, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportChunk } from '../../backend/contract/exports.ts';
import { toast } from '../state/toasts.ts';
import { Button } from './Button.tsx';
import { useSentence } from './LoadFailed.tsx';

/** What spreadsheets of each language take for the end of a cell. */
export type Separator = ',' | ';';

type ExportButtonProps = {
  fileName: string;
  ask: (separator: Separator, options: { signal: AbortSignal }) => Promise<AsyncIterable<ExportChunk>>;
};

/** Saves a list as a CSV file (CMP-13); while a long one is made it says how many rows are read, and can be stopped (UI-5). */
export function ExportButton({ fileName, ask }: ExportButtonProps) {
  const { t, i18n } = useTranslation();
  const sentence = useSentence();
  const [rows, setRows] = useState(0);
  const running = useRef<AbortController | null>(null);
  // Nobody waits for it once the page is left.
  useEffect(() => () => running.current?.abort(), []);
  const saving = useMutation({
    mutationFn: async () => {
      const { signal } = (running.current = new AbortController());
      const parts: string[] = [];
      let count = 0;
      try {
        for await (const chunk of await ask(i18n.language === 'fr' ? ';' : ',', { signal })) {
          if (signal.aborted) return null;
          parts.push(chunk.csv);
          count += chunk.rows;
          setRows(count);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      if (signal.aborted) return null;
      saveFile(fileName, new Blob(parts, { type: 'text/csv;charset=utf-8' }));
      return count;
    },
    onMutate: () => setRows(0),
    onSuccess: (count) => {
      if (count === null) toast({ tone: 'info', title: t('common.exportStopped') });
      else toast({ tone: 'success', title: t('common.exported', { count }), body: fileName });
    },
    onError: (error) => toast({ tone: 'failure', title: t('common.exportFailed'), body: sentence(error) }),
  });
  return (
    <>
      <Button icon={<Download size={14} />} disabled={saving.isPending} onClick={() => saving.mutate()}>
        {saving.isPending && rows > 0 ? t('common.exporting', { count: rows }) : t('common.export')}
      </Button>
      {saving.isPending && (
        <Button look="quiet" icon={<X size={14} />} onClick={() => running.current?.abort()}>
          {t('common.exportStop')}
        </Button>
      )}
    </>
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
