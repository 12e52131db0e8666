import { setTimeout as sleep } from 'node:timers/promises';

/** What `task` resolves to, unless that takes longer than `time` milliseconds: then it throws, and `task` goes on unheard. */
export async function within<T>(time: number, task: Promise<T>): Promise<T> {
  const patience = new AbortController();
  const overdue = sleep(time, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`no answer within ${time / 1_000} s`);
  });
  try {
    return await Promise.race([task, overdue]);
  } finally {
    patience.abort();
    overdue.catch(() => {});
    task.catch(() => {});
  }
}
