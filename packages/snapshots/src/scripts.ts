/** Percent-encodes a name as encodeName of packages/schema does, byte by byte. */
const ENCODE_NAME = `
local function encode(name)
  return (string.gsub(name, '[%%/%c]', function(c) return string.format('%%%02X', string.byte(c)) end))
end
`;

/** Reads clients whole: each with its sessions, as of one moment.
 *  KEYS: meta, sources, clients. ARGV: the partition's key base.
 *  Returns the watermark and the chain (false where there is none), then for each client an empty array or {fields, source, {session fields}}. */
export const READ_CLIENTS = `
${ENCODE_NAME}
local base = ARGV[1]
local reply = redis.call('HMGET', KEYS[1], 'watermark', 'chain')
for i = 3, #KEYS do
  local fields = redis.call('HGETALL', KEYS[i])
  local found = {}
  if #fields > 0 then
    local source, sessions = '', {}
    local name = string.sub(KEYS[i], #base + #'client:' + 1)
    for f = 1, #fields, 2 do
      if fields[f] == 'source' then source = redis.call('HGET', KEYS[2], fields[f + 1]) or '' end
      if fields[f] == 'sessions' then
        for _, session in ipairs(cjson.decode(fields[f + 1])) do
          sessions[#sessions + 1] = redis.call('HGETALL', base .. 'session:' .. name .. '/' .. encode(session))
        end
      end
    end
    found = { fields, source, sessions }
  end
  reply[#reply + 1] = found
end
return reply
`;

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

/** Deletes some of the partition's keys and marks it as restoring, for readers. The counts name every index, an index every client.
 *  KEYS: meta, counts, deadlines, sources. ARGV: expected chain, next chain, the partition's key base, how many clients.
 *  Returns 0 where the chain differs, 1 where more is left, 2 when all is gone. */
export const WIPE = `
${ADVANCE_CHAIN}
${ENCODE_NAME}
redis.call('HSET', KEYS[1], 'watermark', 'restoring')
local base, left = ARGV[3], tonumber(ARGV[4])
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  local index = base .. 'index:' .. field
  local namespace = string.match(field, '^[^/]*')
  for _, name in ipairs(redis.call('ZRANGE', index, 0, left - 1)) do
    local key = namespace .. '/' .. name
    for _, session in ipairs(cjson.decode(redis.call('HGET', base .. 'client:' .. key, 'sessions') or '[]')) do
      redis.call('UNLINK', base .. 'session:' .. key .. '/' .. encode(session))
    end
    redis.call('UNLINK', base .. 'client:' .. key)
    redis.call('ZREM', index, name)
    left = left - 1
  end
  if left <= 0 then return 1 end
  redis.call('HDEL', KEYS[2], field)
end
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
return 2
`;

/** Applies some clients of one partition whole: client, sessions, deadline, index entries and counts. What a client was counted and
 *  indexed as is read from the old hash that is overwritten, so the script is right whatever was applied before, and may be repeated.
 *  KEYS: meta, counts, deadlines, sources. ARGV: expected chain, next chain, the partition's key base, the watermark or '', then for each client
 *  key, namespace, name (these two encoded), source id, source, presence, reason or '', since in ms or '', due in ms or '', NX to
 *  keep a due time that is there or CH,
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
local function index(namespace, dimension, value)
  return base .. 'index:' .. namespace .. '/' .. dimension .. '/' .. encode(value)
end
local function count(namespace, dimension, value, by)
  local field = namespace .. '/' .. dimension .. '/' .. encode(value)
  if redis.call('HINCRBY', KEYS[2], field, by) == 0 then redis.call('HDEL', KEYS[2], field) end
end
local function forget(namespace, name, dimension, value)
  redis.call('ZREM', index(namespace, dimension, value), name)
  count(namespace, dimension, value, -1)
end
local function remember(namespace, name, dimension, value, since)
  redis.call('ZADD', index(namespace, dimension, value), since == '' and 0 or since, name)
  count(namespace, dimension, value, 1)
end
while at <= #ARGV do
  local key, namespace, name, sourceId, source = take(), take(), take(), take(), take()
  local presence, reason, since, due, mode = take(), take(), take(), take(), take()
  local client = base .. 'client:' .. key
  local old = redis.call('HMGET', client, 'presence', 'disconnectionReason')
  if old[1] then forget(namespace, name, 'presence', old[1]) end
  if old[2] then forget(namespace, name, 'reason', old[2]) end
  remember(namespace, name, 'presence', presence, since)
  if reason ~= '' then remember(namespace, name, 'reason', reason, since) end
  if due == '' then redis.call('ZREM', KEYS[3], key) else redis.call('ZADD', KEYS[3], mode, due, key) end
  if sourceId ~= '' then redis.call('HSET', KEYS[4], sourceId, source) end
  hash(client, tonumber(take()))
  for _ = 1, tonumber(take()) do hash(base .. 'session:' .. take(), tonumber(take())) end
end
if watermark ~= '' then redis.call('HSET', KEYS[1], 'watermark', watermark) end
return 1
`;

/** A page of an index, in the order of (score, member) after a position. Members are compared byte by byte, as the set orders them: Lua's own
 *  comparison of texts follows the locale that Redis was started in.
 *  KEYS: the index. ARGV: score or '' for the start, member, how many. Returns member, score, member, score. */
export const READ_INDEX = `
local score, member, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local function upTo(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i, i), string.byte(b, i, i)
    if x ~= y then return x < y end
  end
  return #a <= #b
end
if score == '' then return redis.call('ZRANGE', KEYS[1], 0, limit - 1, 'WITHSCORES') end
local low = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score)
local high = redis.call('ZCOUNT', KEYS[1], '-inf', score)
while low < high do
  local middle = math.floor((low + high) / 2)
  if upTo(redis.call('ZRANGE', KEYS[1], middle, middle)[1], member) then low = middle + 1 else high = middle end
end
return redis.call('ZRANGE', KEYS[1], low, low + limit - 1, 'WITHSCORES')
`;
