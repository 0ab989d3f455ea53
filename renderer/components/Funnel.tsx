type Step = {
  key: string;
  label: string;
  value: string;
  share: number;
  shareText: string;
  unavailable?: string | undefined;
};

/** From all contacts to those who got the follow-up: one bar per step. */
export function Funnel({ label, steps }: { label: string; steps: readonly Step[] }) {
  return (
    <ol aria-label={label} className="grid grid-cols-[repeat(auto-fit,minmax(92px,1fr))] gap-x-3 gap-y-4">
      {steps.map((step, index) => (
        <li key={step.key} className="min-w-0" data-testid={`funnel-${step.key}`}>
          <p className="truncate text-12 text-soft">{step.label}</p>
          {step.unavailable ? (
            <p className="mt-0.5 text-12 text-faint">{step.unavailable}</p>
          ) : (
            <>
              <p className="flex items-baseline gap-1.5">
                <span className="text-15 font-semibold">{step.value}</span>
                {index > 0 && <span className="text-12 text-faint">{step.shareText}</span>}
              </p>
              <Bar share={step.share} />
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

/** A share of a whole as a bar; the figure beside it says the same. */
export function Bar({ share, tone = 'bg-accent' }: { share: number; tone?: string }) {
  return (
    <div className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-fill" aria-hidden="true">
      <div className={`h-full rounded-full ${tone}`} style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
    </div>
  );
}
