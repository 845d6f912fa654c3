-- Twenty pulses that are well, with two among them that are not, so that one worker is given all at once.
local function send(key, kind)
  redis.call('XADD', 'pulses', '*', 'key', key, 'kind', kind, 'payload', '{}', 'at', '', 'request_id', '')
end
for i = 1, 20 do
  send('mixed-' .. i, 'count')
  if i == 5 then send('odd-broken', 'broken') end
  if i == 15 then send('odd-nul', 'nul') end
end
