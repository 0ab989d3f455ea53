import type { Goal, Judged } from './figure.ts';
import type { SubjectResults } from './results.ts';

export const COLUMNS = ['id', 'figure', 'median', 'worst', 'goal', 'verdict', 'absolute'] as const;

/** A line of the table for each figure, in the words of `COLUMNS`, then one for each peer that is missing. */
export function rows({ figures, leftOut }: SubjectResults): string[][] {
  return [
    ...figures.map((figure) => [
      ...[figure.id, figure.name, value(figure.median, figure.unit), value(figure.worst, figure.unit)],
      ...[goalText(figure.goal, figure.unit), figure.verdict, figure.detail],
    ]),
    ...leftOut.map(({ id, name, reason }) => [id, name, '-', '-', '-', 'left out', reason]),
  ];
}

/** The table as a terminal shows it. */
export function printed(results: SubjectResults): string {
  const table: string[][] = [[...COLUMNS], ...rows(results)];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function goalText(goal: Goal, unit: Judged['unit']): string {
  return 'atLeast' in goal ? `>= ${value(goal.atLeast, unit)}` : `<= ${value(goal.atMost, unit)}`;
}

function value(number: number, unit: Judged['unit']): string {
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  const text = String(Number(number.toFixed(digits)));
  return unit === '' ? text : `${text} ${unit}`;
}
