import { useTranslation } from 'react-i18next';

type FilterSelectProps = {
  label: string;
  value: string;
  choices: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
};

/** One filter of a list; the first choice takes it away. */
export function FilterSelect({ label, value, choices, onChange }: FilterSelectProps) {
  const { t } = useTranslation();
  return (
    <label
      className={`inline-flex h-8 items-center rounded-field border bg-raised pl-2.5 text-13 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent ${
        value ? 'border-accent text-ink' : 'border-edge text-soft'
      }`}
    >
      <span className="text-soft">{label}</span>
      <select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-full cursor-pointer rounded-field bg-raised pr-1 pl-1.5 font-medium text-ink outline-none"
      >
        <option value="">{t('common.all')}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </label>
  );
}
