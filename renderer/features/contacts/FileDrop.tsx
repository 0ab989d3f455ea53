import { FileSpreadsheet } from 'lucide-react';
import { useRef, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';

type FileDropProps = { name: string | null; onChoose: (file: File) => void; disabled: boolean };

/** Takes a file by a drop or by the system's dialog. */
export function FileDrop({ name, onChoose, disabled }: FileDropProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [dropped] = event.dataTransfer.files;
    if (dropped && !disabled) onChoose(dropped);
  };

  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`flex items-center gap-4 rounded-card border border-dashed px-6 transition-colors ${
        over ? 'border-accent bg-accent-tint' : 'border-edge bg-surface'
      } ${name ? 'justify-between py-3' : 'flex-col py-8 text-center'}`}
    >
      <FileSpreadsheet size={24} className="shrink-0 text-faint" aria-hidden="true" />
      <div className={`min-w-0 ${name ? 'flex-1' : ''}`}>
        <p className="truncate text-15 font-medium" data-testid="file-name">
          {name ?? t('contacts.importer.drop')}
        </p>
        {!name && <p className="mt-1 max-w-lg text-soft">{t('contacts.importer.hint')}</p>}
      </div>
      <Button disabled={disabled} onClick={() => input.current?.click()}>
        {name ? t('contacts.importer.change') : t('contacts.importer.choose')}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        aria-label={t('contacts.importer.file')}
        tabIndex={-1}
        className="hidden"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) onChoose(chosen);
          event.target.value = '';
        }}
      />
    </div>
  );
}
