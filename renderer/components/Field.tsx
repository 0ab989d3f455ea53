import { useId, type ComponentProps, type ReactNode } from 'react';

const BOX =
  'w-full rounded-field border border-edge bg-raised px-2.5 text-13 text-ink hover:border-faint aria-invalid:border-danger disabled:opacity-60';

type Described = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true };
type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: string;
  className?: string;
  children: (described: Described) => ReactNode;
};

/** A labelled field, with its hint and what is wrong with it. */
export function Field({ label, hint, error, optional, className = '', children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const described: Described = { id };
  if (hint || error) described['aria-describedby'] = noteId;
  if (error) described['aria-invalid'] = true;
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-13 font-medium text-ink">
        {label}
        {optional && <span className="font-normal text-faint"> ({optional})</span>}
      </label>
      {children(described)}
      {(error ?? hint) && (
        <div
          id={noteId}
          className={`text-12 ${error ? 'text-danger' : 'text-soft'}`}
          role={error ? 'alert' : undefined}
        >
          {error ?? hint}
        </div>
      )}
    </div>
  );
}

export function TextInput({ className = '', ...rest }: ComponentProps<'input'>) {
  return <input type="text" autoComplete="off" className={`${BOX} h-8 ${className}`} {...rest} />;
}

export function TextArea({ className = '', ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={`${BOX} min-h-28 resize-y py-2 leading-5 ${className}`} {...rest} />;
}

export function Select({ className = '', children, ...rest }: ComponentProps<'select'>) {
  return (
    <select className={`${BOX} h-8 cursor-pointer pr-1 ${className}`} {...rest}>
      {children}
    </select>
  );
}

export function Checkbox({ label, hint, ...rest }: { label: ReactNode; hint?: string } & ComponentProps<'input'>) {
  return (
    <label className="flex cursor-pointer items-start gap-2 text-13">
      <input type="checkbox" className="mt-0.5 size-4 shrink-0 accent-accent-solid" {...rest} />
      <span className="min-w-0">
        {label}
        {hint && <span className="block text-12 text-soft">{hint}</span>}
      </span>
    </label>
  );
}

type Choice<Value extends string> = { value: Value; label: string; icon?: ReactNode };

/** One of a few, all in view. */
export function Segmented<Value extends string>(props: {
  label: string;
  value: Value;
  choices: readonly Choice<Value>[];
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      className="inline-flex rounded-field border border-line bg-fill p-0.5"
    >
      {props.choices.map(({ value, label, icon }) => (
        <label
          key={value}
          className="flex h-7 cursor-pointer items-center gap-1.5 rounded-[5px] px-3 text-13 text-soft has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:shadow-[0_0_0_1px_var(--line-strong)] has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            value={value}
            checked={props.value === value}
            onChange={() => props.onChange(value)}
            className="sr-only"
          />
          {icon}
          {label}
        </label>
      ))}
    </div>
  );
}
