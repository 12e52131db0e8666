/** The seed of every generated history: the same in each run, so that a red build stays red; ROLLCALL_SEED explores others. */
export const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_260_301);

/** How many histories to try where usually so many are: ROLLCALL_HISTORIES is a share of them, such as 0.1. */
export function share(histories: number): number {
  return Math.ceil(histories * Number(process.env['ROLLCALL_HISTORIES'] ?? 1));
}
