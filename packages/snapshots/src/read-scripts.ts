/** Reads clients whole, all as of one moment. Fails (WRONGTYPE) where a client is a hash, as it was in an earlier layout.
 *  KEYS: meta, sources, clients, absent. Returns the watermark and the chain (false where there is none), the sources that the clients name as
 *  id, path, id, path, …, then for each client its JSON or false. */
export const READ_CLIENTS = `
local reply = redis.call('HMGET', KEYS[1], 'watermark', 'chain')
local sources, named = {}, {}
reply[3] = sources
for i = 3, #KEYS - 1 do
  local text = redis.call('GET', KEYS[i])
  local id = text and string.match(text, '^{"source":"([^"]*)"')
  if id and not named[id] then
    named[id] = true
    sources[#sources + 1] = id
    sources[#sources + 1] = redis.call('HGET', KEYS[2], id) or ''
  end
  reply[1 + i] = text
end
return reply
`;

/** Reads the counts, and whether they are complete: both as of one moment.
 *  KEYS: meta, counts. Returns the watermark (false where there is none), and bucket, count, … as lines. */
export const READ_COUNTS = `
local counts = redis.call('HGETALL', KEYS[2])
return { redis.call('HGET', KEYS[1], 'watermark'), table.concat(counts, '\\n') }
`;

/** What comes next in an order, of each bucket that fits: as many entries as will do if they are spread evenly, and a few more.
 *  Members are compared byte by byte, as the set orders them: Lua's own comparison of texts follows the locale that Redis was started in.
 *  KEYS: meta, counts, absent. ARGV: the partition's key base, `since` or `name`, a Lua pattern of buckets, how many of all buckets, the score and
 *  the member after which to begin (`-inf` and '': at the start), the prefix of members in the order of names or ''.
 *  Returns the watermark (false where there is none), then for each bucket, as lines, how many were asked of it, then member, score, …;
 *  without scores in the order of names. */
export const READ_INDEX = `
local base, order, pattern, wanted = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local score, member, prefix = ARGV[5], ARGV[6], ARGV[7]
local function upTo(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i, i), string.byte(b, i, i)
    if x ~= y then return x < y end
  end
  return #a <= #b
end
local function bySince(index, limit)
  local found = redis.call('ZRANGE', index, score, '+inf', 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
  if member == '' or tonumber(found[2]) ~= tonumber(score) then return found end
  local low = redis.call('ZCOUNT', index, '-inf', '(' .. score)
  local high = redis.call('ZCOUNT', index, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if upTo(redis.call('ZRANGE', index, middle, middle)[1], member) then low = middle + 1 else high = middle end
  end
  return redis.call('ZRANGE', index, low, low + limit - 1, 'WITHSCORES')
end
local low = member == '' and '[' .. prefix or '(' .. member
local high = prefix == '' and '+' or '(' .. prefix .. '\\255'
local function byName(index, limit)
  return redis.call('ZRANGE', index, low, high, 'BYLEX', 'LIMIT', 0, limit)
end
local counts, sizes, total = redis.call('HGETALL', KEYS[2]), {}, 0
for at = 1, #counts, 2 do
  if string.find(counts[at], pattern) then
    sizes[counts[at]] = tonumber(counts[at + 1])
    total = total + sizes[counts[at]]
  end
end
local reply = { redis.call('HGET', KEYS[1], 'watermark') }
local read = order == 'since' and bySince or byName
for bucket, size in pairs(sizes) do
  local limit = math.ceil(2 * wanted * size / total) + 4
  local run = read(base .. 'index:' .. order .. ':' .. bucket, limit)
  table.insert(run, 1, limit)
  reply[#reply + 1] = table.concat(run, '\\n')
end
return reply
`;
