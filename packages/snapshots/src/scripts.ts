import { ENCODE_NAME } from './read-scripts.ts';

/** KEYS: generation. ARGV: the one that readers use as far as the caller knows, and the one to use. Returns 0 if it is another. */
export const ACTIVATE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`;

/** Takes the partition over: whoever holds the former chain writes nothing more.
 *  KEYS: meta. ARGV: the new chain. Returns the watermark, false if there is none. */
export const CLAIM = `
redis.call('HSET', KEYS[1], 'chain', ARGV[1])
return redis.call('HGET', KEYS[1], 'watermark')
`;

/** Compares the chain with what this owner left there, and increments it. */
const ADVANCE_CHAIN = `
if redis.call('HGET', KEYS[1], 'chain') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'chain', ARGV[2])
`;

/** Deletes some of the partition's keys and marks it as restoring, for readers. The counts name every bucket, a bucket every client, a client
 *  its sessions.
 *  KEYS: meta, counts, deadlines, sources, absent. ARGV: expected chain, next chain, the partition's key base, how many clients.
 *  Returns 0 where the chain differs, 1 where more is left, 2 when all is gone. */
export const WIPE = `
${ADVANCE_CHAIN}
${ENCODE_NAME}
redis.call('HSET', KEYS[1], 'watermark', 'restoring')
local base, left = ARGV[3], tonumber(ARGV[4])
for _, bucket in ipairs(redis.call('HKEYS', KEYS[2])) do
  local bySince, byName = base .. 'index:since:' .. bucket, base .. 'index:name:' .. bucket
  local namespace = string.match(bucket, '^[^/]*')
  for _, name in ipairs(redis.call('ZRANGE', byName, 0, left - 1)) do
    local key = namespace .. '/' .. name
    for _, session in ipairs(cjson.decode(redis.call('HGET', base .. 'client:' .. key, 'sessions') or '[]')) do
      redis.call('UNLINK', base .. 'session:' .. key .. '/' .. encode(session))
    end
    redis.call('UNLINK', base .. 'client:' .. key)
    redis.call('ZREM', bySince, name)
    redis.call('ZREM', byName, name)
    left = left - 1
  end
  if left <= 0 then return 1 end
  redis.call('HDEL', KEYS[2], bucket)
end
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
return 2
`;

/** Applies some clients of one partition whole: client, sessions, deadline, index entries and counts. Which bucket a client was in is read
 *  from the old hash that is overwritten, so the script is right whatever was applied before, and may be repeated; index entries that
 *  stay as they are are not touched.
 *  KEYS: meta, counts, deadlines, sources, absent. ARGV: expected chain, next chain, the partition's key base, the watermark or '', then for each client
 *  key, namespace, name (these two encoded), bucket, source id or '', source, since or '', since in ms, due in ms or '', NX to keep a
 *  due time that is there or CH,
 *  number of fields, fields and values, number of sessions, for each its key, number of fields, fields and values.
 *  Returns 0 where the chain differs: nothing was written. */
export const APPLY_CLIENTS = `
${ADVANCE_CHAIN}
${ENCODE_NAME}
local base, watermark = ARGV[3], ARGV[4]
local at = 5
local function take() at = at + 1; return ARGV[at - 1] end
local function hash(key, fields)
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(ARGV, at, at + 2 * fields - 1))
  at = at + 2 * fields
end
local function bucketOf(namespace, presence, confirmed, reason, exists, state)
  confirmed = presence ~= 'offline' and '' or confirmed and 'confirmed' or 'pending'
  exists = exists or state and 'yes' or 'unknown'
  state = exists == 'yes' and state or ''
  return table.concat({ namespace, presence, confirmed, encode(reason or ''), exists, encode(state) }, '/')
end
local function count(bucket, by)
  if redis.call('HINCRBY', KEYS[2], bucket, by) == 0 then redis.call('HDEL', KEYS[2], bucket) end
end
while at <= #ARGV do
  local key, namespace, name, bucket, sourceId, source = take(), take(), take(), take(), take(), take()
  local since, score, due, mode = take(), take(), take(), take()
  local client = base .. 'client:' .. key
  local old = redis.call('HMGET', client, 'presence', 'offlineConfirmed', 'disconnectionReason', 'exists', 'state', 'since')
  local former = old[1] and bucketOf(namespace, unpack(old, 1, 5))
  if former ~= bucket then
    if former then
      redis.call('ZREM', base .. 'index:since:' .. former, name)
      redis.call('ZREM', base .. 'index:name:' .. former, name)
      count(former, -1)
    end
    redis.call('ZADD', base .. 'index:since:' .. bucket, score, name)
    redis.call('ZADD', base .. 'index:name:' .. bucket, 0, name)
    count(bucket, 1)
  elseif (old[6] or '') ~= since then
    redis.call('ZADD', base .. 'index:since:' .. bucket, score, name)
  end
  if due == '' then redis.call('ZREM', KEYS[3], key) else redis.call('ZADD', KEYS[3], mode, due, key) end
  if sourceId ~= '' then redis.call('HSET', KEYS[4], sourceId, source) end
  hash(client, tonumber(take()))
  for _ = 1, tonumber(take()) do hash(base .. 'session:' .. take(), tonumber(take())) end
end
if watermark ~= '' then redis.call('HSET', KEYS[1], 'watermark', watermark) end
return 1
`;
