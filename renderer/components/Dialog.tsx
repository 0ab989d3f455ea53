import { X } from 'lucide-react';
import { AlertDialog as Alert, Dialog as Modal } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from './Button.tsx';

const SHADE = 'appear fixed inset-0 z-40 bg-shade';
const BOX =
  'appear fixed top-1/2 left-1/2 z-50 flex max-h-[88dvh] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-card border border-line bg-raised shadow-over';

type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  text?: string;
  wide?: boolean;
  children: ReactNode;
};

/** A window above the page, for forms. */
export function Dialog({ open, onClose, title, text, wide = false, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Modal.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Modal.Portal>
        <Modal.Overlay className={SHADE} />
        <Modal.Content
          className={`${BOX} ${wide ? 'max-w-2xl' : 'max-w-lg'}`}
          {...(text ? {} : { 'aria-describedby': undefined })}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4">
            <Modal.Title className="text-15 font-semibold">{title}</Modal.Title>
            <Modal.Close asChild>
              <IconButton label={t('common.close')} className="-mt-1 -mr-2">
                <X size={16} />
              </IconButton>
            </Modal.Close>
          </div>
          {text && <Modal.Description className="px-5 pt-1 text-13 text-soft">{text}</Modal.Description>}
          <div className="min-h-0 overflow-auto px-5 pt-3 pb-5">{children}</div>
        </Modal.Content>
      </Modal.Portal>
    </Modal.Root>
  );
}

type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  text: ReactNode;
  confirm: string;
  keep?: string;
  danger?: boolean;
  busy?: boolean;
};

/** Asks before something that cannot be undone. */
export function Confirm({
  open,
  onClose,
  onConfirm,
  title,
  text,
  confirm,
  keep,
  danger = false,
  busy = false,
}: ConfirmProps) {
  const { t } = useTranslation();
  return (
    <Alert.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Alert.Portal>
        <Alert.Overlay className={SHADE} />
        <Alert.Content className={`${BOX} max-w-md p-5`}>
          <Alert.Title className="text-15 font-semibold">{title}</Alert.Title>
          <Alert.Description asChild>
            <div className="mt-1.5 text-13 text-soft">{text}</div>
          </Alert.Description>
          <div className="mt-5 flex justify-end gap-2">
            <Alert.Cancel asChild>
              <Button>{keep ?? t('common.cancel')}</Button>
            </Alert.Cancel>
            <Button look={danger ? 'danger' : 'primary'} disabled={busy} onClick={onConfirm}>
              {confirm}
            </Button>
          </div>
        </Alert.Content>
      </Alert.Portal>
    </Alert.Root>
  );
}
