import { describe, it } from 'vitest';
import { connected, deleted, given, inAnyOrder, justAfter, justBefore, updated } from './testing/index.ts';

describe('the newest CreatedOrUpdated (rule 4)', () => {
  const newer = { state: 'Disabled' };

  it('has the latest updatedOn, whatever came last and whenever the service said so', () => {
    inAnyOrder(updated('12:00:00', { time: '13:00:00' }), updated(justAfter('12:00:00'), { time: '12:00:01', ...newer })).thenClient({
      state: 'Disabled',
      updatedOn: justAfter('12:00:00'),
    });
  });

  it('of one updatedOn, the latest time', () => {
    inAnyOrder(updated('12:00:00', { time: '12:00:01' }), updated('12:00:00', { time: justAfter('12:00:01'), ...newer })).thenClient(newer);
  });

  it('of one time, the greater id by its UTF-8 bytes', () => {
    inAnyOrder(updated('12:00:00', { id: 'a' }), updated('12:00:00', { id: 'b', ...newer })).thenClient(newer);
    inAnyOrder(updated('12:00:00', { id: '\uffff' }), updated('12:00:00', { id: '😀', ...newer })).thenClient(newer);
  });

  it('is kept whole: names, state, attributes and both times', () => {
    const attributes = { site: 'north', tags: ['a', 'b'], floor: 3, serial: 9223372036854775807n };
    given(updated('12:00:00', { createdOn: '11:00:00', clientName: 'pump 7', state: 'Enabled', attributes })).thenClient({
      exists: 'yes',
      clientName: 'pump 7',
      state: 'Enabled',
      attributes,
      createdOn: '11:00:00',
      updatedOn: '12:00:00',
      presence: 'unknown',
      since: undefined,
    });
  });
});

describe('a client exists', () => {
  it('unknown, if neither was seen', () => {
    given(connected(1n)).thenClient({ exists: 'unknown', state: undefined, clientName: undefined });
  });

  it('if it was updated after it was deleted, by a tick at least', () => {
    const gone = deleted('12:00:00');
    const longAgo = { createdOn: '09:00:00' };
    inAnyOrder(updated('12:00:00', longAgo), gone).thenClient({ exists: 'no', deletedAt: '12:00:00' });
    inAnyOrder(updated(justAfter('12:00:00'), longAgo), gone).thenClient({ exists: 'yes', deletedAt: undefined });
  });

  it('if it was created less than 5 s before the Deleted: one deleted as soon as that would yield only Deleted', () => {
    const gone = deleted('12:00:05');
    inAnyOrder(updated('12:00:00'), gone).thenClient({ exists: 'no' });
    inAnyOrder(updated(justAfter('12:00:00')), gone).thenClient({ exists: 'yes' });
    inAnyOrder(updated(justBefore('12:00:05'), { createdOn: '12:00:00' }), gone).thenClient({ exists: 'no' });
  });

  it('not, if it was updated before it was deleted, though that was said later', () => {
    const update = updated('12:00:00', { time: '12:00:10', createdOn: '09:00:00', clientName: 'Pump 7' });
    inAnyOrder(update, deleted('12:00:05', { clientName: 'pump' })).thenClient({ exists: 'no', clientName: 'Pump 7' });
  });

  it('not, by the newest Deleted: by time, then by id', () => {
    inAnyOrder(deleted('12:00:00', { clientName: 'old' }), deleted(justAfter('12:00:00'), { clientName: 'new' })).thenClient({
      exists: 'no',
      clientName: 'new',
      deletedAt: justAfter('12:00:00'),
    });
    inAnyOrder(deleted('12:00:00', { id: 'a', clientName: 'one' }), deleted('12:00:00', { id: 'b', clientName: 'two' })).thenClient({
      clientName: 'two',
    });
    inAnyOrder(deleted('12:00:00', { clientName: 'one' }), deleted('12:00:00', { clientName: 'two' })).thenClient({ clientName: 'two' });
  });
});

describe('what subscribers are told of a client resource', () => {
  it('registered, updated, deleted, registered again', () => {
    given()
      .when(updated('10:00:00'))
      .thenKinds('client-registered')
      .when(updated('11:00:00', { createdOn: '10:00:00', state: 'Disabled' }))
      .thenKinds('client-updated')
      .when(deleted('12:00:00'))
      .thenKinds('client-deleted')
      .when(updated('13:00:00'))
      .thenKinds('client-registered');
  });

  it('nothing, when a Deleted comes after the client was created anew', () => {
    given(updated('10:00:00'), updated('13:00:00')).when(deleted('12:00:00')).thenRemembered();
  });

  it('only details, when the last update of a deleted client comes late', () => {
    given(deleted('12:00:00')).when(updated('11:00:00')).thenKinds().thenClient({ exists: 'no', state: 'Enabled' });
  });

  it('only details, when it was deleted again without having been seen in between', () => {
    given(deleted('12:00:00')).when(deleted('13:00:00')).thenKinds().thenClient({ deletedAt: '13:00:00' });
  });

  it('updated, when only the time of its update is another', () => {
    given(updated('10:00:00'))
      .when(updated('11:00:00', { createdOn: '10:00:00' }))
      .thenKinds('client-updated');
  });

  it.each([
    ['when it was created', { createdOn: '10:00:00' }],
    ['its name', { clientName: 'Pump 7' }],
    ['its state', { state: 'Disabled' }],
    ['its attributes', { attributes: { site: 'north' } }],
  ])('updated, when only %s is another, also in an event of the same time', (_what, other) => {
    given(updated('12:00:00', { id: '1' }))
      .when(updated('12:00:00', { id: '2', ...other }))
      .thenKinds('client-updated');
    inAnyOrder(updated('12:00:00', { createdOn: '11:00:00' }), updated('12:00:00', { createdOn: '11:00:00', ...other }));
  });

  it('nothing of the update, where all that shows of its event is the source', () => {
    given(updated('12:00:00', { time: '12:00:01' }))
      .when(updated('12:00:00', { time: '12:00:02' }))
      .thenRemembered()
      .when(updated('12:00:00', { time: '12:00:03', source: '/moved' }))
      .thenKinds()
      .thenClient({ source: '/moved' });
  });

  it('nothing, when another event of the same time but a lesser id comes', () => {
    given(updated('12:00:00', { id: 'b' }))
      .when(updated('12:00:00', { id: 'a' }))
      .thenIgnored('stale');
    given(deleted('12:00:00', { id: 'b' }))
      .when(deleted('12:00:00', { id: 'a' }))
      .thenIgnored('stale');
  });

  it('nothing, when an older or an equal event comes', () => {
    given(updated('12:00:00')).when(updated('11:00:00')).thenIgnored('stale').when(updated('12:00:00')).thenIgnored('duplicate');
    given(deleted('12:00:00')).when(deleted('11:00:00')).thenIgnored('stale').when(deleted('12:00:00')).thenIgnored('duplicate');
  });

  it('Disabled but online, deleted but online: presence and existence are independent', () => {
    given(updated('10:00:00', { state: 'Disabled' }))
      .when(connected(1n, '12:00:00'))
      .thenKinds('session-connected', 'client-online')
      .thenClient({ state: 'Disabled', exists: 'yes', presence: 'online' })
      .when(deleted('12:30:00'))
      .thenClient({ exists: 'no', presence: 'online' });
  });
});
