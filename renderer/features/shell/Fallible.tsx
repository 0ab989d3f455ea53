import { OctagonX } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { Empty } from '../../components/Notices.tsx';

type FallibleProps = { children: ReactNode };

/** Keeps a page that fails from taking the navigation with it. */
export class Fallible extends Component<FallibleProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <PageFailed /> : this.props.children;
  }
}

function PageFailed() {
  const { t } = useTranslation();
  return (
    <div role="alert">
      <Empty icon={<OctagonX size={18} />} title={t('error.title')} text={t('error.text')}>
        <Button onClick={() => window.location.reload()}>{t('error.reload')}</Button>
      </Empty>
    </div>
  );
}
