import { connected, disconnected, record, replay } from '@rollcall/fold/testing';
import { LogUnavailable, type LogWriter, type NewRecord } from '@rollcall/log';
import { Readiness } from '@rollcall/service';
import { describe, expect, it, vi } from 'vitest';
import { Assignment } from './assignment.ts';
import { Deadlines } from './deadlines.ts';
import { partitionInMemory, TOPICS } from './partition.test-kit.ts';

const LOST = new Error('the connection was lost');
class Final extends Error {
  readonly retryable = false;
}

function assign(prepare: (partition: ReturnType<typeof partitionInMemory>) => void = () => {}) {
  const partition = partitionInMemory();
  partition.state.watermark = 0n;
  prepare(partition);
  const { owner, metrics, logger, journal } = partition;
  const readiness = new Readiness();
  const failed: unknown[] = [];
  const appended: NewRecord[] = [];
  /** Each is thrown once, by an append. */
  const appendFailures: Error[] = [];
  const writer = {
    async append(records: readonly NewRecord[]) {
      const failure = appendFailures.shift();
      if (failure !== undefined) throw failure;
      appended.push(...records);
    },
  } as unknown as LogWriter;
  const assignment = new Assignment({
    partition: 0,
    owner,
    deadlines: new Deadlines(0, writer, TOPICS),
    pause: () => journal.push('pause'),
    metrics,
    readiness,
    fail: (error) => failed.push(error),
    logger,
  });
  const project = (...offsets: number[]) =>
    assignment.project({ partition: 0, lag: 0, records: offsets.map((offset) => record(offset, connected(BigInt(offset)))) });
  return { ...partition, assignment, readiness, failed, appended, appendFailures, project };
}
const TAKEN_OVER = ['fence', 'claim', 'start', 'committed', 'seek 0'];

describe('an assigned partition', () => {
  it('is taken over before anything is projected, and one thing is done at a time', async () => {
    const gate = Promise.withResolvers<void>();
    const { journal, readiness, project, assignment } = assign(({ state }) => (state.gate = gate.promise));
    const all = Promise.all([project(0, 1), assignment.idle(), project(2)]);
    await vi.waitFor(() => expect(journal).toEqual(['fence']));
    expect(readiness.obstacles).toEqual(['partition 0 is being taken over']);
    gate.resolve();
    await all;
    expect(journal).toEqual([...TAKEN_OVER, 'commit up to 2', 'apply 1 up to 2', 'commit up to 3', 'apply 1 up to 3']);
    expect(readiness.obstacles).toEqual([]);
  });

  it('is projected in batches of bounded size, however much a fetch brings', async () => {
    const { journal, assignment } = assign();
    const fresh = { timestamp: Date.now() + 60_000 };
    const records = Array.from({ length: 6_000 }, (_, offset) => record(offset, connected(BigInt(offset)), fresh));
    await assignment.project({ partition: 0, lag: 0, records });
    expect(journal.slice(TAKEN_OVER.length).filter((step) => step.startsWith('commit'))).toEqual([
      'commit up to 2500',
      'commit up to 5000',
      'commit up to 6000',
    ]);
  });

  it('is taken over again at the first doubt; the batch in hand is not tried again by itself', async () => {
    const { journal, state, said, project } = assign();
    state.failures.set('commit', LOST);
    await project(0);
    expect(journal).toEqual([...TAKEN_OVER, 'commit up to 1', 'pause', 'close', ...TAKEN_OVER]);
    expect(said).toContain('in doubt: taking the partition over again');
    await project(0);
    expect(journal.slice(-2)).toEqual(['commit up to 1', 'apply 1 up to 1']);
  });

  it('is taken over again where there is a hole, and where Redis was emptied while nothing happened', async () => {
    const { journal, snapshots, project, assignment } = assign();
    await project(3);
    expect(journal).toEqual([...TAKEN_OVER, 'pause', 'close', ...TAKEN_OVER]);
    journal.length = 0;
    snapshots.chainBroken = true;
    await assignment.idle();
    expect(journal).toEqual(['pause', 'close', ...TAKEN_OVER]);
  });

  it('is looked at again soon while deadlines fall due: those that do meanwhile need not wait for the next round', async () => {
    const { snapshots, assignment, appended } = assign();
    const gone = ['client1', 'client2'].flatMap((client, at) => [
      record(2 * at, connected(1n, '12:00:00', { client })),
      record(2 * at + 1, disconnected(1n, '12:01:00', { client })),
    ]);
    await assignment.project({ partition: 0, lag: 0, records: gone });
    const now = Date.now();
    snapshots.deadlines.set('myns/client1', now).set('myns/client2', now + 100);
    await assignment.idle();
    expect(appended.map(({ key }) => key)).toEqual(['myns/client1', 'myns/client2']);
  });

  it('is in no doubt while its deadlines cannot be appended: they are due again at the next look, and that is said once', async () => {
    const { snapshots, assignment, appended, appendFailures, journal, said } = assign();
    for (const [key, client] of replay([connected(1n), disconnected(1n)]).clients) {
      snapshots.clients.set(key, client);
      snapshots.deadlines.set(key, 0);
    }
    const unavailable = new LogUnavailable('write to rollcall.events', true, new Error('no broker'));
    appendFailures.push(unavailable, unavailable);
    for (let look = 1; look <= 3; look++) await assignment.idle();
    expect(appended).toHaveLength(1);
    expect(journal.filter((step) => step === 'fence')).toHaveLength(1);
    expect(said).toEqual(['cannot append deadlines yet: offline is confirmed later']);
  });

  it('is tried again where a take-over fails, said once, and not ready meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const { journal, said, readiness, project } = assign(({ state }) => {
      state.failures.set('fence', LOST).set('claim', LOST);
      state.gate = gate.promise;
    });
    const projected = project(0);
    expect(readiness.obstacles).toHaveLength(1);
    gate.resolve();
    await projected;
    expect(journal.filter((step) => step === 'fence')).toHaveLength(3);
    expect(said).toEqual(['cannot take the partition over yet']);
    expect(journal.slice(-2)).toEqual(['commit up to 1', 'apply 1 up to 1']);
    expect(readiness.obstacles).toEqual([]);
  });

  it('stops the process where time cannot mend it, and stays not ready', async () => {
    const error = new Final('written by another fold version');
    const { journal, failed, readiness, project } = assign(({ state }) => state.failures.set('claim', error));
    await project(0);
    expect(failed).toEqual([error]);
    expect(journal).toEqual(['fence', 'claim', 'close']);
    expect(readiness.obstacles).toHaveLength(1);
  });
});

describe('a partition that is no longer assigned', () => {
  it('finishes what is in hand, gives up its right to commit, and projects nothing more', async () => {
    const { journal, project, assignment } = assign();
    await project(0);
    await assignment.revoke();
    await project(1);
    await assignment.idle();
    expect(journal).toEqual([...TAKEN_OVER, 'commit up to 1', 'apply 1 up to 1', 'close']);
  });

  it('is committed and applied as far as it was folded', async () => {
    const { journal, assignment } = assign();
    await assignment.project({ partition: 0, lag: 1, records: [record(0, connected(1n), { timestamp: Date.now() - 60_000 })] });
    await assignment.revoke();
    expect(journal.slice(TAKEN_OVER.length)).toEqual(['commit up to 1', 'apply 1 up to 1', 'close']);
  });

  it('is taken over later after each doubt, until something is projected again: a take-over may succeed where no commit does', async () => {
    const { state, project } = assign();
    const failing = async (times: number) => {
      const began = performance.now();
      for (let time = 0; time < times; time++) {
        state.failures.set('commit', LOST);
        await project(0, 1);
      }
      return performance.now() - began;
    };
    expect(await failing(4)).toBeGreaterThan(50 + 100 + 200 + 400 - 20);
    await project(0, 1);
    state.failures.set('commit', LOST);
    const began = performance.now();
    await project(2);
    expect(performance.now() - began).toBeLessThan(300);
  });

  it('is left to the next owner where it cannot be applied', async () => {
    const { journal, snapshots, assignment } = assign();
    await assignment.project({ partition: 0, lag: 1, records: [record(0, connected(1n), { timestamp: Date.now() - 60_000 })] });
    snapshots.chainBroken = true;
    await assignment.revoke();
    expect(journal.slice(TAKEN_OVER.length)).toEqual(['commit up to 1', 'close']);
  });

  it('writes nothing more after a doubt: what was staged may be forgotten, and the watermark would speak of it', async () => {
    const { journal, state, assignment } = assign();
    const old = (offset: number) => record(offset, connected(BigInt(offset)), { timestamp: Date.now() - 60_000 });
    await assignment.project({ partition: 0, lag: 1, records: [old(0)] });
    let revoked: Promise<void> | undefined;
    state.failures.set('commit', LOST);
    state.duringCommit = () => {
      revoked = assignment.revoke();
    };
    await assignment.project({ partition: 0, lag: 0, records: [old(1)] });
    await revoked;
    expect(journal.slice(TAKEN_OVER.length)).toEqual(['commit up to 2', 'pause', 'close']);
  });

  it('stays quiet when it is fenced: two owners must not fence each other for ever', async () => {
    const { journal, state, project, assignment } = assign();
    let revoked: Promise<void> | undefined;
    state.failures.set('commit', LOST);
    state.duringCommit = () => {
      revoked = assignment.revoke();
    };
    await project(0);
    await revoked;
    expect(journal).toContain('commit up to 1');
    expect(journal.filter((step) => step === 'fence')).toHaveLength(1);
    expect(journal.at(-1)).toBe('close');
  });

  it('is given up also while taking it over does not succeed', async () => {
    const gate = Promise.withResolvers<void>();
    const { journal, assignment, readiness } = assign(({ state }) => {
      state.failures.set('claim', LOST);
      state.gate = gate.promise;
    });
    const revoked = assignment.revoke();
    gate.resolve();
    await revoked;
    expect(journal).toEqual(['fence', 'claim', 'close']);
    expect(readiness.obstacles).toEqual([]);
  });
});
