"""Polls: a presenter asks the hall to draw something, and gets the digits as answers. Does not use Streamlit.

The question is a part of the room's scene, so it reaches everybody as the scene does. The answers are kept beside the
room, for its presenter alone, and go with it. An answer is, in little-endian bytes: the number of the poll (4), the
phone that it comes from (8, chosen by itself at random), the latent (2 for each number, in steps of 0.01), the image
(784).
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from itertools import takewhile
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
from msgspec import Meta

from ui.server.room_answers import RoomError

MOST_ANSWERS = 4_000  # of a room
MOST_KEPT = 20_000  # of all rooms of a process: 20 MB
MOST_BYTES = 1_000  # of an answer
AT_ONCE = 250  # answers that a presenter gets in one piece
LARGEST = 10.0  # of the numbers of a latent, which have unit variance
PIXELS = 784
HEADER = 12  # bytes
_STEP = 0.01  # of the numbers of a latent, as in links
_INK = 64  # what the brightest pixel of a drawing has at least
_OF_PHONE = (0.5, 3.0)  # answers a second, and at once
_OF_ADDRESS = (300.0, 1500.0)  # a hall may share one
_MOST_PAYERS = 20_000


class Poll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a presenter asks; `number` grows from poll to poll, `numbers` are those of a latent of `model`."""

    number: Annotated[int, Meta(ge=1, le=10**9)]
    question: Annotated[str, Meta(min_length=1, max_length=80)]
    model: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,24}\Z")]
    numbers: Annotated[int, Meta(ge=1, le=64)]
    open: bool


def read_poll(value: Any) -> Poll | None:
    """Return the poll in a scene, None where it is no valid one."""
    try:
        return msgspec.convert(value, Poll)
    except msgspec.ValidationError:
        return None


def poll_of(scene: str) -> Poll | None:
    """Return the poll of a scene that `read_scene` has returned, None for none."""
    return read_poll(json.loads(scene).get("poll")) if '"poll":{' in scene else None


class Answer(NamedTuple):
    """A phone's answer to a poll: `body` has the latent and the image."""

    number: int
    phone: bytes
    body: bytes


def read_answer(data: bytes, poll: Poll | None, name: str) -> Answer:
    """Return a valid answer to the poll of the room of a name; raises RoomError."""
    if poll is None:
        raise RoomError(409, f"The presenter of {name} asks for no digit just now.")
    if len(data) != HEADER + 2 * poll.numbers + PIXELS:
        raise RoomError(400, f"An answer has {poll.numbers} numbers and {PIXELS} pixels.")
    if int.from_bytes(data[:4], "little") != poll.number:
        raise RoomError(409, f"The presenter of {name} has asked anew: look at the question again.")
    if not poll.open:
        raise RoomError(409, f"The presenter of {name} takes no digits just now.")
    body = data[HEADER:]
    latent = _STEP * np.frombuffer(body[: 2 * poll.numbers], "<i2")
    if np.abs(latent).max() > LARGEST:
        raise RoomError(400, f"The numbers of a latent are at most {LARGEST:g} from zero.")
    if max(body[2 * poll.numbers :]) < _INK:
        raise RoomError(400, "Nothing is drawn on this picture.")
    return Answer(poll.number, data[4:HEADER], body)


class Answers:
    """The answers to one poll, the last of each phone; those of the poll before are forgotten."""

    def __init__(self) -> None:
        self._number = self._last = 0
        self._kept: OrderedDict[bytes, tuple[int, Answer]] = OrderedDict()  # phone -> when it came, answer
        self._removed: set[bytes] = set()  # phones

    def __len__(self) -> int:
        return len(self._kept)

    def begin(self, number: int) -> None:
        """Forget what was answered to another poll than this one."""
        if number != self._number:
            self.clear()
            self._number = number

    def clear(self) -> None:
        """Forget all answers."""
        self._kept.clear()
        self._removed.clear()

    def add(self, answer: Answer, room_for: int) -> None:
        """Keep an answer in place of the phone's last; raises RoomError where there is no room for one more."""
        if answer.phone in self._removed:
            raise removed()
        if answer.phone not in self._kept and room_for <= 0:
            raise full(len(self))
        self._last += 1
        self._kept[answer.phone] = (self._last, answer)
        self._kept.move_to_end(answer.phone)

    def after(self, cursor: str) -> tuple[list[Answer], str]:
        """Return the answers that came after those up to a cursor, at most `AT_ONCE`, and the cursor of the last."""
        seen = int(cursor) if re.fullmatch(r"\d{1,9}", cursor, re.ASCII) else 0
        new = list(takewhile(lambda one: one[0] > seen, reversed(self._kept.values())))[::-1][:AT_ONCE]
        return [answer for _, answer in new], str(new[-1][0] if new else seen)

    def remove(self, phone: bytes) -> None:
        """Forget a phone's answer, and take none from it any more."""
        self._kept.pop(phone, None)
        if len(self._removed) < MOST_ANSWERS:
            self._removed.add(phone)

    def take_all(self) -> list[Answer]:
        """Return all answers, and forget them here."""
        found = [answer for _, answer in self._kept.values()]
        self._kept.clear()
        return found


def full(count: int) -> RoomError:
    """Return why no more answers are taken."""
    return RoomError(409, f"The wall is full: {count:,} digits are on it.")


def removed() -> RoomError:
    """Return why a phone's answers are not taken any more."""
    return RoomError(403, "The presenter has taken your digit away.")


class Pace:
    """Token buckets by key: `rate` a second, `burst` at once. Of very many, those unused the longest start anew."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left: OrderedDict[Any, tuple[float, float]] = OrderedDict()  # what is left, when it was

    def pay(self, key: Any, now: float) -> bool:
        """Take one from a key's bucket; returns whether there was one."""
        left, then = self._left.get(key, (self._burst, now))
        left = min(left + self._rate * (now - then), self._burst)
        is_paid = left >= 1
        self._left[key] = (left - is_paid, now)
        self._left.move_to_end(key)
        if len(self._left) > _MOST_PAYERS:
            self._left.popitem(last=False)
        return is_paid


class Paces:
    """What an address and a phone may send."""

    def __init__(self) -> None:
        self._addresses, self._phones = Pace(*_OF_ADDRESS), Pace(*_OF_PHONE)

    def pay_address(self, address: str, now: float) -> None:
        """Count an answer from an address; raises RoomError for too many."""
        if not self._addresses.pay(address, now):
            raise RoomError(429, "Too many digits come from your network at once: try again in a few seconds.")

    def pay_phone(self, name: str, phone: bytes, now: float) -> None:
        """Count an answer from a phone to a room; raises RoomError for too many."""
        if not self._phones.pay((name, phone), now):
            raise RoomError(429, "That is too fast: send your next digit in a few seconds.")
