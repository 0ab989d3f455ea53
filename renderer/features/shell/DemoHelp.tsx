import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../components/CopyButton.tsx';
import { Dialog } from '../../components/Dialog.tsx';

/** How to leave the demo. */
export function DemoHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onClose={onClose} title={t('banner.demoTitle')} text={t('banner.demoText')}>
      <Way title={t('banner.demoEmpty')} command="npm start -- --web --no-demo" />
      <Way
        title={t('banner.demoAccount')}
        text={t('banner.demoAccountText')}
        command="WASSENGER_API_KEY=… WASSENGER_DEVICE_ID=… npm start"
      />
    </Dialog>
  );
}

function Way({ title, text, command }: { title: string; text?: string; command: string }) {
  const { t } = useTranslation();
  return (
    <div className="mt-3">
      <p className="font-medium">{title}</p>
      {text && <p className="text-12 text-soft">{text}</p>}
      <div className="mt-1.5 flex items-center justify-between gap-2 rounded-field border border-line bg-canvas py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 overflow-x-auto font-mono text-12 whitespace-nowrap">{command}</code>
        <CopyButton text={command} label={t('common.copy')} />
      </div>
    </div>
  );
}
