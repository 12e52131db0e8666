/** KEYS: generation. ARGV: the one that readers use as far as the caller knows, and the one to use. Returns 0 if it is another. */
export const ACTIVATE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`;

/** Gives a generation the settings that it is folded by from now on, where it has none. KEYS: generations. ARGV: its number, what to list then. Returns
 *  what is listed after that; false where it is not listed. */
export const SETTLE = `
local listed = redis.call('HGET', KEYS[1], ARGV[1])
if not listed or string.find(listed, '{', 1, true) then return listed end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ARGV[2]
`;

/** Takes the partition over: whoever holds the former chain writes nothing more, not even who sent this same claim, should it be executed twice.
 *  KEYS: meta, counts. ARGV: a nonce. Returns the new chain's nonce, the watermark, false if there is none, and the counts as namespace, JSON, … */
export const CLAIM = `
local nonce = ARGV[1] .. '-' .. table.concat(redis.call('TIME'), '.')
redis.call('HSET', KEYS[1], 'chain', nonce .. ':0')
return { nonce, redis.call('HGET', KEYS[1], 'watermark'), redis.call('HGETALL', KEYS[2]) }
`;

/** Compares the chain with what this owner left there, and increments it. */
const ADVANCE_CHAIN = `
if redis.call('HGET', KEYS[1], 'chain') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'chain', ARGV[2])
`;

/** Deletes some of the partition's keys and marks it as restoring, for readers. The counts name every bucket, a bucket every client.
 *  KEYS: meta, counts, deadlines, sources, absent. ARGV: expected chain, next chain, the partition's key base, how many clients.
 *  Returns 0 where the chain differs, 1 where more is left, 2 when all is gone. */
export const WIPE = `
${ADVANCE_CHAIN}
redis.call('HSET', KEYS[1], 'watermark', 'restoring')
local base, left = ARGV[3], tonumber(ARGV[4])
for _, namespace in ipairs(redis.call('HKEYS', KEYS[2])) do
  for bucket in pairs(cjson.decode(redis.call('HGET', KEYS[2], namespace))) do
    local bySince = base .. 'index:since:' .. namespace .. '/' .. bucket
    local byName = base .. 'index:name:' .. namespace .. '/' .. bucket
    for _, name in ipairs(redis.call('ZRANGE', byName, 0, left - 1)) do
      redis.call('UNLINK', base .. 'client:' .. namespace .. '/' .. name)
      redis.call('ZREM', bySince, name)
      redis.call('ZREM', byName, name)
      left = left - 1
    end
    if left <= 0 then return 1 end
  end
  redis.call('HDEL', KEYS[2], namespace)
end
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
return 2
`;

/** Writes clients and runs commands on one partition's keys, all at one moment.
 *  KEYS: meta, absent. ARGV: expected chain, next chain; the commands, each an array of words, as JSON, which takes less of Redis than
 *  as many arguments; then key and text of each client.
 *  Returns 0 where the chain differs: nothing was written. */
export const APPLY = `
${ADVANCE_CHAIN}
local commands = cjson.decode(ARGV[3])
if #ARGV > 3 then redis.call('MSET', unpack(ARGV, 4)) end
for _, words in ipairs(commands) do redis.call(unpack(words)) end
return 1
`;
