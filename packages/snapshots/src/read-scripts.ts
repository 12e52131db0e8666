/** Percent-encodes a name as encodeName of packages/schema does, byte by byte. */
export const ENCODE_NAME = `
local function encode(name)
  return (string.gsub(name, '[%%/%c]', function(c) return string.format('%%%02X', string.byte(c)) end))
end
`;

/** Reads clients whole: each with its sessions, as of one moment.
 *  KEYS: meta, sources, clients, absent. ARGV: the partition's key base, `sessions` or '' to leave these out.
 *  Returns the watermark and the chain (false where there is none), then for each client false or, as JSON, an array of its source, its fields
 *  and the fields of each session: one text is taken apart faster than a hundred. */
export const READ_CLIENTS = `
${ENCODE_NAME}
local base, whole = ARGV[1], ARGV[2] == 'sessions'
local sources = {}
local reply = redis.call('HMGET', KEYS[1], 'watermark', 'chain')
for i = 3, #KEYS - 1 do
  local fields = redis.call('HGETALL', KEYS[i])
  local found = { '', fields }
  local name = string.sub(KEYS[i], #base + #'client:' + 1)
  for f = 1, #fields, 2 do
    if fields[f] == 'source' then
      local id = fields[f + 1]
      sources[id] = sources[id] or redis.call('HGET', KEYS[2], id) or ''
      found[1] = sources[id]
    end
    if whole and fields[f] == 'sessions' then
      for _, session in ipairs(cjson.decode(fields[f + 1])) do
        found[#found + 1] = redis.call('HGETALL', base .. 'session:' .. name .. '/' .. encode(session))
      end
    end
  end
  reply[#reply + 1] = #fields > 0 and cjson.encode(found)
end
return reply
`;

/** Reads a hash, and whether it can be missing for good: both as of one moment.
 *  KEYS: meta, the hash. Returns the watermark (false where there is none), and the fields as JSON (false where there are none). */
export const READ_HASH = `
local fields = redis.call('HGETALL', KEYS[2])
return { redis.call('HGET', KEYS[1], 'watermark'), #fields > 0 and cjson.encode(fields) }
`;

/** What comes next in an order, of each bucket that fits: as many entries as will do if they are spread evenly, and a few more.
 *  Members are compared byte by byte, as the set orders them: Lua's own comparison of texts follows the locale that Redis was started in.
 *  KEYS: meta, counts, absent. ARGV: the partition's key base, `since` or `name`, a Lua pattern of buckets, how many of all buckets, the score and
 *  the member after which to begin (`-inf` and '': at the start), the prefix of members in the order of names or ''.
 *  Returns the watermark (false where there is none), then for each bucket, as JSON, an array of how many were asked of it, then member, score, …;
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
  reply[#reply + 1] = cjson.encode(run)
end
return reply
`;
