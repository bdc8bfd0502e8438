"""Who is signed in, and who guessed too often: in memory, bounded, forgotten at a restart."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
IDLE_SECONDS = 12 * 3600.0
LONGEST_SECONDS = 7 * 24 * 3600.0
MAX_SESSIONS = 500
FREE_TRIES = 5
# Guesses from many addresses together: more than people who mistype, far fewer than a search needs.
FREE_TRIES_OF_ALL = 60
FIRST_DELAY, LONGEST_DELAY = 5.0, 900.0
FORGET_TRIES_AFTER = 3600.0
MAX_ADDRESSES = 2000
EVERYONE = "*"


def same_password(given: str, expected: str) -> bool:
    """Compared in a time that depends on neither: the digests have one length."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, expected)]
    return hmac.compare_digest(*digests)


@dataclass(slots=True)
class _Session:
    opened: float
    seen: float


class Sessions:
    """Random tokens, kept as hashes, that lapse when unused for half a day and after a week at the latest."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()

    def open(self) -> str:
        """A new token; the longest unused session makes room when there are too many."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        self._sessions[_key(token)] = _Session(now, now)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def knows(self, token: str | None) -> bool:
        """Whether the token is good now; asking counts as use."""
        session = self._sessions.get(_key(token)) if token else None
        if token is None or session is None:
            return False
        now = self._clock()
        if now - session.seen > IDLE_SECONDS or now - session.opened > LONGEST_SECONDS:
            self.close(token)
            return False
        session.seen = now
        self._sessions.move_to_end(_key(token))
        return True

    def close(self, token: str | None) -> None:
        if token:
            self._sessions.pop(_key(token), None)


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    last: float = 0.0
    locked_until: float = 0.0


class Attempts:
    """Wrong passwords by address: a few are free, then the wait doubles with each one."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0: now."""
        now = self._clock()
        return max([0.0, *(tries.locked_until - now for tries in self._concerning(address))])

    def wrong(self, address: str) -> None:
        self._count(_place(address), FREE_TRIES)
        if not _is_loopback(address):
            self._count(EVERYONE, FREE_TRIES_OF_ALL)

    def right(self, address: str) -> None:
        self._tries.pop(_place(address), None)

    def _concerning(self, address: str) -> list[_Tries]:
        # Whoever sits at this machine is not kept out by a crowd that guesses from elsewhere.
        keys = {_place(address)} if _is_loopback(address) else {_place(address), EVERYONE}
        return [self._tries[key] for key in keys if key in self._tries]

    def _count(self, key: str, free: int) -> None:
        now = self._clock()
        tries = self._tries.setdefault(key, _Tries())
        if now - tries.last > FORGET_TRIES_AFTER:
            tries.wrong = 0
        tries.wrong, tries.last = tries.wrong + 1, now
        if tries.wrong >= free:
            # The exponent is bounded, or a patient guesser would make the number overflow.
            delay = FIRST_DELAY * 2.0 ** min(tries.wrong - free, 16)
            tries.locked_until = now + min(delay, LONGEST_DELAY)
        self._tries.move_to_end(key)
        while len(self._tries) > MAX_ADDRESSES:
            oldest = next(key for key in self._tries if key != EVERYONE)
            del self._tries[oldest]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _place(address: str) -> str:
    """One IPv6 customer has a whole /64 to guess from, so that counts as one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
