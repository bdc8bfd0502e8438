"""A file that somebody drops on the page may be anything. It is read, or refused with one clear message."""

from __future__ import annotations

import os
import random
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from oelala.errors import OelalaError, reason_of
from oelala.media.ffmpeg import Ffmpeg
from oelala.media.video import VideoSpec, probe, read_frames, read_metadata, write_video
from tests.media.clips import noise

_HEADER = struct.pack(">I4s", 24, b"ftyp") + b"isom\0\0\2\0isomiso2"
NO_CLIPS = {
    "empty": b"",
    "zeros": bytes(200_000),
    "text": b"hello world\n" * 500,
    "png": b"\x89PNG\r\n\x1a\n" + bytes(500),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/hostname'/></svg>",
    "concat": b"ffconcat version 1.0\nfile '/etc/hostname'\n",
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    "only a header": _HEADER,
    "a box of 4 GB": _HEADER + b"\xff\xff\xff\xffmoov" + bytes(64),
    "a box inside itself": b"\0\0\0\1moov" * 1000,
}
REFUSALS = {"unreadable-file", "not-a-film", "film-without-picture"}


@pytest.mark.parametrize("name", NO_CLIPS)
def test_what_is_no_clip_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "dropped.mp4"
    path.write_bytes(NO_CLIPS[name])
    for read in (probe, lambda path: list(read_frames(path))):
        with pytest.raises(OelalaError) as fault:
            read(path)
        assert fault.value.code in REFUSALS
        assert fault.value.values["name"] == "dropped.mp4"
        assert str(tmp_path) not in str(fault.value), "the message tells no folders"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.mp4"):
        with pytest.raises(OelalaError) as fault:
            probe(path)
        assert fault.value.code == "unreadable-file"


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8"])
def test_a_playlist_opens_no_connection(tmp_path: Path, name: str) -> None:
    visits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.6)

        def wait() -> None:
            try:
                visits.append(server.accept())
            except OSError:
                return

        thread = threading.Thread(target=wait)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        path = tmp_path / name
        path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n")
        with pytest.raises(OelalaError, match=r"cannot be read|is not a film"):
            probe(path)
        thread.join()
    assert visits == []


def test_mutated_clips_are_read_or_refused(tmp_path: Path) -> None:
    """Truncated, overwritten, spliced: 60 of each seed, most of them in the index, where the sizes stand."""
    path = tmp_path / "clip.mp4"
    write_video(path, noise(5, 32, 32), VideoSpec(32, 32, 5, 16), {"comment": "x" * 500})
    whole = path.read_bytes()
    dice = random.Random(7)
    refused = 0
    started = time.monotonic()
    for _ in range(60):
        path.write_bytes(_mutate(whole, dice))
        try:
            read_metadata(path)
            assert len(list(read_frames(path))) < 100
        except OelalaError as fault:
            assert fault.code in REFUSALS  # noqa: PT017 - both ways out are fine
            refused += 1
    assert 5 < refused < 60
    assert time.monotonic() - started < 60


def _mutate(whole: bytes, dice: random.Random) -> bytes:
    data = bytearray(whole)
    index_end = whole.index(b"mdat")
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(index_end if dice.random() < 0.8 else len(data))
        data[at] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
    if dice.random() < 0.3:
        del data[dice.randrange(len(data)) :]
    return bytes(data)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_file_that_never_ends_is_given_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    started = time.monotonic()
    with Ffmpeg(["-i", f"file:{pipe}", "-f", "null", "-"], patience=0.5) as run:
        assert run.finish() != 0
        assert run.stalled
        assert run.reason == reason_of("no-progress", program="ffmpeg")
    assert time.monotonic() - started < 5
