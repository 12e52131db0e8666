/** The seed of every generated history: the same in each run, so that a red build stays red; ROLLCALL_SEED explores others. */
export const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_260_301);
