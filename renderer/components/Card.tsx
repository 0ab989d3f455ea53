import { useId, type ReactNode } from 'react';

type CardProps = {
  title: string;
  action?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
};

/** A titled region. */
export function Card({ title, action, className = '', bodyClassName = 'px-4 pb-4', children }: CardProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`card flex min-w-0 flex-col ${className}`}>
      <div className="flex min-h-11 items-center justify-between gap-3 px-4 pt-1">
        <h2 id={id} className="text-13 font-medium text-soft">
          {title}
        </h2>
        {action}
      </div>
      <div className={`flex min-h-0 flex-1 flex-col ${bodyClassName}`}>{children}</div>
    </section>
  );
}
