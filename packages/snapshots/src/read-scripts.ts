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
 *  KEYS: meta, counts. Returns the watermark (false where there is none), and the counts as namespace, JSON, … */
export const READ_COUNTS = `
return { redis.call('HGET', KEYS[1], 'watermark'), redis.call('HGETALL', KEYS[2]) }
`;

/** What comes next in an order, of each bucket that fits: as many entries as will do if they are spread evenly, with three standard deviations
 *  and a few more. One that has fewer left leaves its share to those after it. The largest bucket is read first, and where one breaks off, those
 *  after it end (`bound`): what lies beyond is not known of all.
 *  Members are compared byte by byte, as the set orders them: Lua's own comparison of texts follows the locale that Redis was started in.
 *  KEYS: meta, counts, absent. ARGV: the partition's key base, `since` or `name`, the namespace, a Lua pattern of its buckets, how many of all
 *  buckets, the score and the member after which to begin (`-inf` and '': at the start), the prefix of members in the order of names or ''.
 *  Returns the watermark (false where there is none), then for each bucket, as lines, how many were asked of it, then member, score, …;
 *  without scores in the order of names. Returns false in place of buckets where counts are those of an earlier layout. */
export const READ_INDEX = `
local base, order, namespace, pattern, wanted = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local score, member, prefix = ARGV[6], ARGV[7], ARGV[8]
local function upTo(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i, i), string.byte(b, i, i)
    if x ~= y then return x < y end
  end
  return #a <= #b
end
local function searchSince(index, limit)
  local low = redis.call('ZCOUNT', index, '-inf', '(' .. score)
  local high = redis.call('ZCOUNT', index, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if upTo(redis.call('ZRANGE', index, middle, middle)[1], member) then low = middle + 1 else high = middle end
  end
  return redis.call('ZRANGE', index, low, low + limit - 1, 'WITHSCORES')
end
local function bySince(index, limit, bound)
  local found = redis.call('ZRANGE', index, score, bound or '+inf', 'BYSCORE', 'LIMIT', 0, limit + 1, 'WITHSCORES')
  if member ~= '' and tonumber(found[2]) == tonumber(score) then
    if found[1] == member then
      table.remove(found, 1)
      table.remove(found, 1)
    else
      found = searchSince(index, limit)
    end
  end
  local last = #found >= 2 * limit and found[#found]
  return found, last and (not bound or tonumber(last) < tonumber(bound)) and last or bound
end
local low = member == '' and '[' .. prefix or '(' .. member
local high = prefix == '' and '+' or '(' .. prefix .. '\\255'
local function byName(index, limit, bound)
  local found = redis.call('ZRANGE', index, low, bound or high, 'BYLEX', 'LIMIT', 0, limit)
  return found, found[limit] and '[' .. found[limit] or bound
end
local watermark, text = redis.call('HGET', KEYS[1], 'watermark'), redis.call('HGET', KEYS[2], namespace)
if not text and string.find(redis.call('HRANDFIELD', KEYS[2]) or '', '/', 1, true) then return { watermark, false } end
local buckets, sizes, total = {}, {}, 0
for bucket, size in pairs(cjson.decode(text or '{}')) do
  if string.find(bucket, pattern) then
    sizes[bucket] = math.max(1, size)
    total = total + sizes[bucket]
    local isLargest = sizes[bucket] > (sizes[buckets[1]] or 0)
    table.insert(buckets, isLargest and 1 or #buckets + 1, bucket)
  end
end
local read, reply, run, bound = order == 'since' and bySince or byName, { watermark }
for _, bucket in ipairs(buckets) do
  local even = wanted * sizes[bucket] / total
  local limit = math.ceil(even + 3 * math.sqrt(even)) + 4
  run, bound = read(base .. 'index:' .. order .. ':' .. namespace .. '/' .. bucket, limit, bound)
  wanted = wanted - math.min(even, order == 'since' and #run / 2 or #run)
  total = total - sizes[bucket]
  table.insert(run, 1, limit)
  reply[#reply + 1] = table.concat(run, '\\n')
end
return reply
`;
