import { FileSpreadsheet } from 'lucide-react';
import { useRef, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';

type FileDropProps = { file: File | null; onChoose: (file: File | null) => void; disabled: boolean };

/** Takes a file by a drop or by the system's dialog. */
export function FileDrop({ file, onChoose, disabled }: FileDropProps) {
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
      className={`flex flex-col items-center rounded-card border border-dashed px-6 py-8 text-center transition-colors ${
        over ? 'border-accent bg-accent-tint' : 'border-edge bg-surface'
      }`}
    >
      <FileSpreadsheet size={24} className="mb-2 text-faint" aria-hidden="true" />
      <p className="text-15 font-medium" data-testid="file-name">
        {file ? file.name : t('contacts.importer.drop')}
      </p>
      <p className="mt-1 max-w-lg text-soft">{t('contacts.importer.hint')}</p>
      <Button className="mt-4" disabled={disabled} onClick={() => input.current?.click()}>
        {file ? t('contacts.importer.change') : t('contacts.importer.choose')}
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
