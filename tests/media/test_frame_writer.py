"""Frames encoded while the next are made: few in memory, the same clip, nothing left when it ends badly."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.errors import Cancelled, OelalaError
from oelala.media.frame_writer import FrameWriter
from oelala.media.video import VideoSpec, read_frames, read_metadata, tag_video, verify_video, write_video
from oelala.progress import CancelToken
from tests.media.clips import moving_gradient, noise

SPEC = VideoSpec(64, 48, 9, 16)


def ignore(*_: object) -> None:
    pass


def test_the_clip_is_the_same(tmp_path: Path) -> None:
    frames = moving_gradient()
    write_video(tmp_path / "once.mp4", frames, SPEC)
    with FrameWriter(tmp_path / "then.mp4", SPEC, ignore, depth=2) as writer:
        for frame in frames:
            writer.put(frame)
        writer.finish(ignore)
    assert writer.written == 9
    assert (tmp_path / "then.mp4").read_bytes() == (tmp_path / "once.mp4").read_bytes()


def test_tags_come_after_the_frames(tmp_path: Path) -> None:
    write_video(tmp_path / "once.mp4", moving_gradient(), SPEC)
    tag_video(tmp_path / "once.mp4", tmp_path / "tagged.mp4", {"title": "é", "comment": '{"a": 1}'})
    verify_video(tmp_path / "tagged.mp4", SPEC)
    tags = read_metadata(tmp_path / "tagged.mp4")
    assert (tags["title"], tags["comment"]) == ("é", '{"a": 1}')
    pairs = zip(read_frames(tmp_path / "once.mp4"), read_frames(tmp_path / "tagged.mp4"), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    with (tmp_path / "tagged.mp4").open("rb") as file:
        assert b"moov" in file.read(64)  # the index in front


def test_what_cannot_be_tagged_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no clip at all")
    with pytest.raises(OelalaError):
        tag_video(tmp_path / "broken.mp4", tmp_path / "tagged.mp4", {})
    assert [path.name for path in tmp_path.iterdir()] == ["broken.mp4"]


def test_a_slow_encoder_is_waited_for(tmp_path: Path) -> None:
    """However fast frames come, few of them wait."""
    spec = VideoSpec(512, 512, 24, 16)
    seen: list[int] = []
    with FrameWriter(tmp_path / "clip.mp4", spec, ignore, depth=3) as writer:
        for number, frame in enumerate(noise(24, 512, 512), 1):
            writer.put(frame)
            seen.append(number - writer.written)
        writer.finish(ignore)
    assert max(seen) <= 3 + 2  # in the queue, with the encoder, and just counted
    verify_video(tmp_path / "clip.mp4", spec)


def write(path: Path, frames: Iterable[np.ndarray], spec: VideoSpec = SPEC, **options: Any) -> None:
    with FrameWriter(path, spec, options.get("check", ignore), depth=2) as writer:
        for frame in frames:
            writer.put(frame)
        writer.finish(ignore)


@pytest.mark.parametrize("after", [0, 1, 5, 9])
def test_one_that_is_given_up_leaves_nothing(tmp_path: Path, after: int) -> None:
    def frames() -> Iterator[np.ndarray]:
        yield from moving_gradient()[:after]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write(tmp_path / "x.mp4", frames())
    assert list(tmp_path.iterdir()) == []
    assert not [one for one in threading.enumerate() if one.name.startswith("encoder")]


def test_a_cancel_is_heard_while_waiting(tmp_path: Path) -> None:
    cancel = CancelToken()
    frames = repeat(noise(1, 1024, 1024)[0], 500)
    timer = threading.Timer(0.3, cancel.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        write(tmp_path / "x.mp4", frames, VideoSpec(1024, 1024, 500, 16), check=cancel.check)
    timer.join()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [8, 10])
def test_another_number_of_frames_is_a_fault(tmp_path: Path, count: int) -> None:
    with pytest.raises(OelalaError) as fault:
        write(tmp_path / "x.mp4", moving_gradient(count))
    assert fault.value.code == "bad-output"
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_encoder_reaches_the_one_who_waits(tmp_path: Path) -> None:
    with pytest.raises(OelalaError) as fault:
        write(tmp_path / "gone" / "x.mp4", moving_gradient())
    assert fault.value.code == "not-writable"
