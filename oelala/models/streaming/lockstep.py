"""Two calls of one model side by side: each block is passed by both while its weights are there.

Each call runs in a thread of its own, and only one of them at a time: they change where a block begins. By
then what the block before was given is let go of, so that a call that waits holds one tensor of its size.
That works for whatever a model does between its blocks, and each call computes exactly what it would alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import torch


class _Abandoned(Exception):
    """The other call has failed: this one ends as well."""


class _Baton:
    """Whose turn it is; a call that has ended takes no more turns."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turn = 0
        self._ended = [False, False]
        self._under_way = [False, False]
        self.fault: BaseException | None = None

    def start(self, me: int) -> None:
        with self._changed:
            self._wait(me)

    def hand_over(self, me: int) -> None:
        """Not before the first block: the other would come to its second one first."""
        with self._changed:
            if not self._under_way[me]:
                self._under_way[me] = True
            elif not self._ended[1 - me]:
                self._turn = 1 - me
                self._changed.notify_all()
                self._wait(me)

    def end(self, me: int, fault: BaseException | None = None) -> None:
        with self._changed:
            self._ended[me] = True
            self._turn = 1 - me
            self.fault = self.fault or fault
            self._changed.notify_all()

    def _wait(self, me: int) -> None:
        self._changed.wait_for(lambda: self._turn == me)
        if self.fault is not None:
            raise _Abandoned


class Lockstep:
    """Runs pairs of calls. `turn` is to be called before every block, by whichever call is there."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._baton: _Baton | None = None
        self._second: threading.Thread | None = None

    def turn(self) -> None:
        if self._baton is not None:
            self._baton.hand_over(int(threading.current_thread() is self._second))

    def run(self, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
        """Both results. Raises what either raises; by then the other has ended as well."""
        baton = self._baton = _Baton()
        results: list[Any] = [None, None]
        arrange = _as_here(self._device)

        def beside() -> None:
            try:
                baton.start(1)
                results[1] = arrange(second)
            except _Abandoned:
                baton.end(1)
            except BaseException as fault:  # noqa: BLE001 - raised again where the caller is
                baton.end(1, fault)
            else:
                baton.end(1)

        self._second = threading.Thread(target=beside, name="second branch", daemon=True)
        self._second.start()
        try:
            results[0] = first()
        except _Abandoned:
            pass
        except BaseException as fault:
            baton.end(0, fault)
            raise
        finally:
            baton.end(0)
            self._second.join()
            self._baton = self._second = None
        if baton.fault is not None:
            raise baton.fault
        return results[0], results[1]


def _as_here(device: torch.device) -> Callable[[Callable[[], Any]], Any]:
    """Calls a function in another thread under this one's grad mode, device and stream."""
    grad = torch.is_grad_enabled()
    stream = torch.cuda.current_stream(device) if device.type == "cuda" else None

    def call(work: Callable[[], Any]) -> Any:
        with torch.set_grad_enabled(grad):
            if stream is None:
                return work()
            with torch.cuda.device(device), torch.cuda.stream(stream):
                return work()

    return call
