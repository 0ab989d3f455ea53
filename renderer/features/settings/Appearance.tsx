import { Monitor, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Segmented } from '../../components/Field.tsx';
import { useAppearance } from '../shell/useAppearance.ts';

export function Appearance() {
  const { t } = useTranslation();
  const { theme, chooseTheme, language, chooseLanguage } = useAppearance();
  return (
    <div className="mt-3 flex flex-wrap gap-x-10 gap-y-4">
      <div>
        <p className="mb-1.5 font-medium" aria-hidden="true">
          {t('settings.appearance.theme')}
        </p>
        <Segmented
          label={t('settings.appearance.theme')}
          value={theme}
          onChange={chooseTheme}
          choices={[
            { value: 'system', label: t('settings.appearance.system'), icon: <Monitor size={14} aria-hidden="true" /> },
            { value: 'light', label: t('settings.appearance.light'), icon: <Sun size={14} aria-hidden="true" /> },
            { value: 'dark', label: t('settings.appearance.dark'), icon: <Moon size={14} aria-hidden="true" /> },
          ]}
        />
      </div>
      <div>
        <p className="mb-1.5 font-medium" aria-hidden="true">
          {t('settings.appearance.language')}
        </p>
        <Segmented
          label={t('settings.appearance.language')}
          value={language}
          onChange={chooseLanguage}
          choices={[
            { value: 'fr', label: t('nav.toFrench') },
            { value: 'en', label: t('nav.toEnglish') },
          ]}
        />
        <p className="mt-1.5 text-12 text-soft">{t('settings.appearance.languageHint')}</p>
      </div>
    </div>
  );
}
