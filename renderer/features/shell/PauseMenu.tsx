import { ChevronDown, Pause, Play } from 'lucide-react';
import { DropdownMenu as Menu } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { useLive } from '../../state/live.ts';
import { useSending } from './useSending.ts';

/** Stops sending, whole or only first messages; one click resumes. */
export function PauseMenu() {
  const { t } = useTranslation();
  const stats = useLive((live) => live.stats);
  const { pause, resume, busy } = useSending();
  const firstHeld = stats?.pauses.some((held) => held.scope === 'message_1') ?? false;

  if (stats?.paused) {
    return (
      <Button look="primary" icon={<Play size={14} />} disabled={busy} onClick={() => resume({ scope: 'all' })}>
        {t('pause.resume')}
      </Button>
    );
  }
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger asChild>
        <Button icon={<Pause size={14} />} disabled={busy || !stats}>
          {t('pause.pause')}
          <ChevronDown size={14} className="-mr-1 text-faint" aria-hidden="true" />
        </Button>
      </Menu.Trigger>
      <Menu.Content
        align="end"
        sideOffset={6}
        aria-label={t('pause.menu')}
        className="appear z-50 w-72 rounded-card border border-line bg-raised p-1 shadow-over"
      >
        <Item
          icon={<Pause size={14} />}
          title={t('pause.all')}
          hint={t('pause.allHint')}
          onSelect={() => pause({ scope: 'all' })}
        />
        {firstHeld ? (
          <Item
            icon={<Play size={14} />}
            title={t('pause.resumeFirst')}
            onSelect={() => resume({ scope: 'message_1' })}
          />
        ) : (
          <Item
            icon={<Pause size={14} />}
            title={t('pause.firstMessages')}
            hint={t('pause.firstMessagesHint')}
            onSelect={() => pause({ scope: 'message_1' })}
          />
        )}
      </Menu.Content>
    </Menu.Root>
  );
}

function Item({
  icon,
  title,
  hint,
  onSelect,
}: {
  icon: ReactNode;
  title: string;
  hint?: string;
  onSelect: () => void;
}) {
  return (
    <Menu.Item
      onSelect={onSelect}
      className="flex items-start gap-2.5 rounded-field px-2.5 py-2 text-13 outline-none data-[highlighted]:bg-fill"
    >
      <span className="mt-0.5 text-soft">{icon}</span>
      <span>
        <span className="block font-medium">{title}</span>
        {hint && <span className="block text-12 text-soft">{hint}</span>}
      </span>
    </Menu.Item>
  );
}
