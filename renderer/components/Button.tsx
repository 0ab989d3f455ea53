import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from 'react';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger';
type Size = 'small' | 'medium';

const BASE =
  'inline-flex items-center justify-center gap-1.5 rounded-field text-13 font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50 select-none';
const LOOKS: Record<Look, string> = {
  primary: 'bg-accent-solid text-white hover:bg-accent-hover border border-transparent',
  secondary: 'bg-raised text-ink border border-line-strong hover:bg-hover',
  quiet: 'text-soft hover:bg-fill hover:text-ink border border-transparent',
  danger: 'bg-raised text-danger border border-line-strong hover:bg-danger-tint',
};
const SIZES: Record<Size, string> = { small: 'h-7 px-2', medium: 'h-8 px-3' };

type Style = { look?: Look; size?: Size; icon?: ReactNode };

export function Button({
  look = 'secondary',
  size = 'medium',
  icon,
  className = '',
  children,
  ...rest
}: Style & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" className={`${BASE} ${LOOKS[look]} ${SIZES[size]} ${className}`} {...rest}>
      {icon}
      {children}
    </button>
  );
}

/** A link that looks like a button: for whatever changes the place. */
export function ButtonLink({
  look = 'secondary',
  size = 'medium',
  icon,
  className = '',
  children,
  ...rest
}: Style & AnchorHTMLAttributes<HTMLAnchorElement>) {
  return (
    <a className={`${BASE} ${LOOKS[look]} ${SIZES[size]} ${className}`} {...rest}>
      {icon}
      {children}
    </a>
  );
}

/** A button of one icon; its label is read out and shown on hover. */
export function IconButton({
  label,
  className = '',
  children,
  ...rest
}: { label: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 items-center justify-center rounded-field text-soft transition-colors hover:bg-fill hover:text-ink disabled:opacity-50 ${className}`}
      {...rest}
    >
      {children}
    </button>
  );
}
