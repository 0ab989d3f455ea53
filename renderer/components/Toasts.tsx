import { CircleCheck, Info, OctagonX, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { hrefOfPage } from '../state/router.ts';
import { dismissToast, useToasts, type Toast } from '../state/toasts.ts';
import { IconButton } from './Button.tsx';

const SIGNS = { success: CircleCheck, failure: OctagonX, info: Info } as const;
const TONES = { success: 'text-ok', failure: 'text-danger', info: 'text-accent' } as const;

/** What was just done, or why it was not, in the corner of the page. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-[60] flex w-96 max-w-[calc(100vw-2rem)] flex-col gap-2"
    >
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const Sign = SIGNS[toast.tone];
  return (
    <div
      role={toast.tone === 'failure' ? 'alert' : 'status'}
      className="appear pointer-events-auto flex items-start gap-2.5 rounded-card border border-line bg-raised py-2.5 pr-1.5 pl-3 shadow-over"
    >
      <Sign size={16} className={`mt-0.5 shrink-0 ${TONES[toast.tone]}`} aria-hidden="true" />
      <div className="min-w-0 flex-1 text-13">
        <p className="font-medium">{toast.title}</p>
        {toast.body && <p className="mt-0.5 break-words text-soft">{toast.body}</p>}
        {toast.page && (
          <a href={hrefOfPage(toast.page)} className="mt-1 inline-block font-medium text-accent hover:underline">
            {t('common.open')}
          </a>
        )}
      </div>
      <IconButton label={t('common.close')} className="-my-1" onClick={() => dismissToast(toast.id)}>
        <X size={14} />
      </IconButton>
    </div>
  );
}
