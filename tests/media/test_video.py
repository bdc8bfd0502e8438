from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from oelala.errors import Cancelled, OelalaError
from oelala.media.video import (
    Frame,
    VideoSpec,
    probe,
    read_frames,
    read_metadata,
    verify_video,
    write_video,
)
from tests.media.clips import moving_gradient, noise
from tests.media.films import ffmpeg

SPEC = VideoSpec(64, 48, 9, 16)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    write_video(path, moving_gradient(), SPEC, {"comment": "hello"})
    return path


def boxes(data: bytes) -> list[str]:
    """The names of an mp4's outer boxes, in order."""
    names, at = [], 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode())
        at += size
    return names


def test_frames_come_back_as_they_were(clip: Path) -> None:
    frames = np.stack(list(read_frames(clip)))
    assert frames.shape == (9, 48, 64, 3)
    difference = frames.astype(int) - moving_gradient()
    assert abs(difference).mean() < 2
    assert np.all(abs(difference.mean(axis=(0, 1, 2))) < 0.5), "a wrong colour matrix shifts the mean"


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (16, 16, 16)])
def test_colours_are_kept(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    frames = np.full((1, 32, 32, 3), colour, np.uint8)
    write_video(tmp_path / "c.mp4", frames, VideoSpec(32, 32, 1, 16))
    (back,) = read_frames(tmp_path / "c.mp4")
    assert abs(back.astype(int) - frames[0]).max() <= 3


def test_the_index_is_in_front_and_the_stream_is_what_browsers_play(clip: Path) -> None:
    data = clip.read_bytes()
    assert boxes(data).index("moov") < boxes(data).index("mdat")
    assert b"avc1" in data
    colour = data[data.index(b"colrnclx") + 8 :]
    assert struct.unpack(">HHHB", colour[:7]) == (1, 1, 1, 0), "BT.709, limited range"


@pytest.mark.parametrize(
    "spec", [SPEC, VideoSpec(128, 32, 1, 16), VideoSpec(32, 64, 5, 24), VideoSpec(16, 16, 3, 12.5)]
)
def test_probe_tells_what_was_written(tmp_path: Path, spec: VideoSpec) -> None:
    path = tmp_path / "a clip – é 😀.mp4"
    write_video(path, moving_gradient(spec.num_frames, spec.height, spec.width), spec)
    assert probe(path) == spec
    verify_video(path, spec)


@pytest.mark.parametrize("suffix", ["mkv", "mov", "avi", "webm"])
def test_other_containers_tell_the_same_rate(tmp_path: Path, suffix: str) -> None:
    path, other = tmp_path / "clip.mp4", tmp_path / f"clip.{suffix}"
    write_video(path, moving_gradient(33), VideoSpec(64, 48, 33, 16))
    codec = {"webm": "libvpx", "avi": "mpeg4"}.get(suffix, "copy")
    ffmpeg("-i", str(path), "-c:v", codec, str(other))
    assert probe(other).fps == pytest.approx(16, abs=0.02)
    assert probe(other).num_frames == 33


def test_the_same_frames_give_the_same_file(clip: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.mp4"
    write_video(again, moving_gradient(), SPEC, {"comment": "hello"})
    assert again.read_bytes() == clip.read_bytes()


def test_long_metadata_with_everything_in_it_survives(tmp_path: Path) -> None:
    prompt = ("Zij zei: \"dag\" 😀 'x' \\ \n\r\t = ; # é 漢字 [STREAM] \x00\x1b %d $(ls) " * 200)[:10_000]
    document = json.dumps({"oelala": {"task": {"prompt": prompt}}})
    path = tmp_path / "clip.mp4"
    write_video(path, moving_gradient(), SPEC, {"title": prompt.replace("\x00", ""), "comment": document})
    tags = read_metadata(path)
    assert tags["comment"] == document
    assert json.loads(tags["comment"])["oelala"]["task"]["prompt"] == prompt


def test_names_that_look_like_options_or_addresses_are_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-y.mp4", "http:x.mp4", "pipe:1", "%03d.mp4", "a\nb.mp4", "x.avi"):
        write_video(Path(name), moving_gradient(), SPEC, {"comment": name})
        assert probe(Path(name)) == SPEC
    assert len(list(tmp_path.iterdir())) == 6


def test_verify_notices_a_wrong_count_or_size(clip: Path) -> None:
    for wrong in (VideoSpec(64, 48, 10, 16), VideoSpec(64, 64, 9, 16)):
        with pytest.raises(OelalaError) as fault:
            verify_video(clip, wrong)
        assert fault.value.code == "bad-output"
        assert "64 × 48 × 9" in fault.value.values["reason"]


def test_verify_notices_a_file_that_was_cut_off(tmp_path: Path) -> None:
    path, spec = tmp_path / "clip.mp4", VideoSpec(64, 48, 9, 16)
    write_video(path, noise(9, 48, 64), spec)
    whole = path.read_bytes()
    for share in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(OelalaError, match="read back"):
            verify_video(path, spec)


def test_an_exception_at_any_frame_leaves_no_file(tmp_path: Path) -> None:
    for stop_at in range(1, 10):

        def stop(count: int, at: int = stop_at) -> None:
            if count == at:
                raise Cancelled

        with pytest.raises(Cancelled):
            write_video(tmp_path / "clip.mp4", moving_gradient(), SPEC, {"comment": "x"}, stop)
        assert list(tmp_path.iterdir()) == []


def test_frames_that_break_off_leave_no_file(tmp_path: Path) -> None:
    def frames() -> Iterator[Frame]:
        yield from moving_gradient(4)
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        write_video(tmp_path / "clip.mp4", frames(), SPEC)
    with pytest.raises(OelalaError, match="4 ≠ 9"):
        write_video(tmp_path / "clip.mp4", moving_gradient(4), SPEC)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("frames", "spec"),
    [
        (moving_gradient(9, 48, 32), SPEC),
        (moving_gradient().astype(np.float32) / 255, SPEC),
        (moving_gradient(1, 48, 63), VideoSpec(63, 48, 1, 16)),
    ],
    ids=["other size", "float", "odd width"],
)
def test_frames_that_do_not_fit_are_refused(tmp_path: Path, frames: Frame, spec: VideoSpec) -> None:
    with pytest.raises(ValueError, match=r"even sizes|is not VideoSpec"):
        write_video(tmp_path / "clip.mp4", frames, spec)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in ("file", "gone"):
        with pytest.raises(OelalaError) as fault:
            write_video(tmp_path / folder / "clip.mp4", moving_gradient(), SPEC)
        assert fault.value.code == "not-writable"
        assert fault.value.values["path"] == str(tmp_path / folder)


def test_a_missing_ffmpeg_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "gone"))
    with pytest.raises(OelalaError) as fault:
        write_video(tmp_path / "clip.mp4", moving_gradient(), SPEC)
    assert fault.value.code == "no-ffmpeg"
    assert list(tmp_path.iterdir()) == []


def test_reading_stops_when_the_reader_does(clip: Path) -> None:
    frames = read_frames(clip)
    assert next(frames).shape == (48, 64, 3)
    started = time.monotonic()
    frames.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 2
