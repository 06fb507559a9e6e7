"""The answers of polls in the store that several processes share: a stream for each room, which expires with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ui.server.polls import AT_ONCE, HEADER, MOST_ANSWERS, Answer, full, removed
from ui.server.room_answers import RoomError

if TYPE_CHECKING:
    from redis.asyncio import Redis

_FULL, _REMOVED, _OLD, _LOST = 0, -1, -2, -3
_GONE = "gone"  # instead of the id of a phone's answer
_NUMBER = "number"  # of the poll, beside the phones

# Of a room: its hash, the stream of answers, the hash of phones with the ids of their answers.
_BEGIN = f"""
local before = tonumber(redis.call('HGET', KEYS[3], '{_NUMBER}') or 0)
local number = tonumber(ARGV[1])
if number < before then return {_OLD} end
if number > before then
  redis.call('DEL', KEYS[2], KEYS[3])
  redis.call('HSET', KEYS[3], '{_NUMBER}', ARGV[1])
  local left = redis.call('PTTL', KEYS[1])
  if left > 0 then redis.call('PEXPIRE', KEYS[3], left) end
end
"""
_ADD = f"""
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then return {_LOST} end
{_BEGIN}
local last = redis.call('HGET', KEYS[3], ARGV[2])
if last == '{_GONE}' then return {_REMOVED} end
if last then redis.call('XDEL', KEYS[2], last)
elseif redis.call('XLEN', KEYS[2]) >= {MOST_ANSWERS} then return {_FULL} end
redis.call('HSET', KEYS[3], ARGV[2], redis.call('XADD', KEYS[2], '*', 'answer', ARGV[3]))
redis.call('PEXPIRE', KEYS[2], left)
redis.call('PEXPIRE', KEYS[3], left)
return 1
"""
_REMOVE = f"""
local last = redis.call('HGET', KEYS[3], ARGV[1])
if last and last ~= '{_GONE}' then redis.call('XDEL', KEYS[2], last) end
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('HSET', KEYS[3], ARGV[1], '{_GONE}') end
return 1
"""


async def begin(store: Redis, keys: tuple[str, str, str], number: int) -> Any:
    """Forget what was answered to the poll before this one."""
    return await store.eval(f"{_BEGIN}\nreturn 1", 3, *keys, number)


async def add(store: Redis, keys: tuple[str, str, str], answer: Answer) -> bool:
    """Keep an answer; returns whether the store has the room. Raises RoomError."""
    record = answer.number.to_bytes(4, "little") + answer.phone + answer.body
    found = await store.eval(_ADD, 3, *keys, answer.number, answer.phone.hex(), record)
    if found == _FULL:
        raise full(MOST_ANSWERS)
    if found == _REMOVED:
        raise removed()
    if found == _OLD:
        raise RoomError(409, "The presenter has asked anew: look at the question again.")
    return bool(found != _LOST)


async def after(store: Redis, keys: tuple[str, str, str], number: int, cursor: str) -> tuple[list[Answer], str, int]:
    """Return the answers to a poll after a cursor, the cursor after them, and how many there are."""
    seen = cursor if re.fullmatch(r"\d{1,15}(-\d{1,9})?", cursor, re.ASCII) else "0"
    pipe = store.pipeline()
    pipe.xrange(keys[1], min=f"({seen}", count=AT_ONCE)
    pipe.xlen(keys[1])
    found, count = await pipe.execute()
    new = [_read(fields[b"answer"]) for _, fields in found]
    return [one for one in new if one.number == number], found[-1][0].decode() if found else seen, count


async def remove(store: Redis, keys: tuple[str, str, str], phone: bytes) -> Any:
    """Take a phone's answer away, and take none from it any more."""
    return await store.eval(_REMOVE, 3, *keys, phone.hex())


def _read(record: bytes) -> Answer:
    return Answer(int.from_bytes(record[:4], "little"), record[4:HEADER], record[HEADER:])
