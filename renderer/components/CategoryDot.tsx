/** Colours offered for categories; each stands out on light and dark. */
export const CATEGORY_COLORS = [
  '#4A63D8',
  '#0F8A8A',
  '#2E8B57',
  '#B7791F',
  '#C2410C',
  '#B83280',
  '#7C4DC4',
  '#64748B',
] as const;

/** A category's colour; the name always stands beside it. */
export function CategoryDot({ color }: { color: string | null }) {
  return (
    <span
      aria-hidden="true"
      className="size-2 shrink-0 rounded-full border border-edge"
      style={color ? { background: color, borderColor: color } : undefined}
    />
  );
}
