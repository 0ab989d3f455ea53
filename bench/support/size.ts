/** `VIGIE_BENCH_QUICK=1`: one round of a twentieth of everything. Shows within a minute that all of it runs; measures nothing. */
export const isQuick = process.env['VIGIE_BENCH_QUICK'] === '1';

/** How much of something a benchmark does. */
export function size(full: number): number {
  return isQuick ? Math.ceil(full / 20) : full;
}
