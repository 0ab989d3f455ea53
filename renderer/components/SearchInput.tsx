import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

/** Typing settles before the list is asked for. */
const SETTLE_MS = 200;

type SearchInputProps = { label: string; value: string; onChange: (value: string) => void; className?: string };

/** A search field that tells the settled text. */
export function SearchInput({ label, value, onChange, className = 'w-64' }: SearchInputProps) {
  const [typed, setTyped] = useState({ text: value, from: value });
  const text = typed.from === value ? typed.text : value;

  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);

  return (
    <div className={`relative ${className}`}>
      <Search size={14} className="pointer-events-none absolute top-2.5 left-2.5 text-faint" aria-hidden="true" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setTyped({ text: event.target.value, from: value })}
        className="h-8 w-full rounded-field border border-edge bg-raised pr-2 pl-8 text-13 hover:border-faint"
      />
    </div>
  );
}
