import { mutantsOf } from '../mutant.ts';

export const SNAPSHOT = mutantsOf('packages/fold/src/snapshot.ts', [
  [
    'an online client has the reason of its latest ending',
    "presence === 'offline' ? latestEnding?.reason : undefined",
    'latestEnding?.reason',
  ],
  ['an offline client has no reason', "presence === 'offline' ? latestEnding?.reason : undefined", 'undefined'],
  ['a client has no state', 'resource.written?.state', 'undefined'],
  [
    'a client without a source is not shown',
    "client.source?.source ?? ''",
    "client.source?.source ?? (() => { throw new TypeError('no source'); })()",
  ],
  [
    'rememberedSessions counts those that are connected',
    'rememberedSessions: client.sessions.length',
    'rememberedSessions: presence.connectedSessions',
  ],
  [
    'connectedSessions counts those that are remembered',
    'connectedSessions: presence.connectedSessions',
    'connectedSessions: client.sessions.length',
  ],
  ['attributes are not shown', 'attributes: written?.attributes', 'attributes: undefined'],
  ['createdOn is when it was updated', 'formatTime(written.createdOn)', 'formatTime(written.updatedOn)'],
  ['updatedOn is when the event was sent', 'formatTime(written.updatedOn)', 'formatTime(written.time)'],
  ['a client that exists was deleted', "exists === 'no' && deleted ?", 'deleted ?'],
  ['nobody sees when a client was deleted', "exists === 'no' && deleted ?", 'false && deleted ?'],
  ['a session is since its connection, though it ended', 'ending ?? connected', 'connected ?? ending'],
  ['every session is connected', "ending === undefined ? 'connected' : 'disconnected'", "'connected'"],
  ['a session does not tell when it connected', 'connectedAt: connected && formatTime(connected.time)', 'connectedAt: undefined'],
  ['a session does not tell when it disconnected', 'disconnectedAt: ending && formatTime(ending.time)', 'disconnectedAt: undefined'],
  ['a session does not tell why it disconnected', 'disconnectionReason: ending?.reason', 'disconnectionReason: undefined'],
  ['no session tells that its counter restarted', '    counterRestarted,\n    offset', '    counterRestarted: false,\n    offset'],
  ['what is absent is shown as undefined', 'if (value !== undefined) shown[name] = value', 'shown[name] = value'],
]);
