import type { ReactNode } from 'react';

type PageFrameProps = {
  title: string;
  actions?: ReactNode;
  /** Filters and the like, below the title. */
  bar?: ReactNode;
  /** A detail beside the page. */
  panel?: ReactNode;
  children: ReactNode;
};

/** Frame of a list: title, actions, filters, then the list over the height that is left. */
export function PageFrame({ title, actions, bar, panel, children }: PageFrameProps) {
  return (
    <div className="relative flex h-full min-h-0 overflow-hidden">
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex shrink-0 flex-wrap items-center justify-between gap-3 px-6 pt-5 pb-4">
          <h1 className="text-20 font-semibold tracking-tight">{title}</h1>
          <div className="flex items-center gap-2">{actions}</div>
        </div>
        {bar && <div className="flex shrink-0 flex-wrap items-center gap-2 px-6 pb-3">{bar}</div>}
        <div className="flex min-h-0 flex-1 flex-col">{children}</div>
      </div>
      {panel}
    </div>
  );
}
