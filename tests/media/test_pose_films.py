"""Motions from films: upright, evenly timed, everybody told apart; and films that are none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from oelala.errors import OelalaError
from oelala.media.poses.detect import Detection, detect_pose, require_somebody
from oelala.media.poses.document import Pose
from oelala.media.poses.film import Cut, num_frames, open_film, read_film
from oelala.media.poses.fit_check import check_fit
from oelala.settings import PROJECT
from tests.media.films import ffmpeg, film, joints_at, walking_body
from tests.media.people import PHOTOGRAPHS, needs_photographs
from tests.media.pictures import save, two_halves

LIMBS = slice(2, 14)
VIDEOS = PROJECT.parent / "shared" / "data" / "video"


def errors(pose: Pose, index: int, number: int) -> NDArray[np.float64]:
    """Pixels between what was found in frame `index` and the truth of frame `number`."""
    distances: NDArray[np.float64] = np.linalg.norm(
        pose.people[0].coco18()[index, LIMBS, :2] - joints_at(number)[LIMBS], axis=-1
    )
    return distances


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("films") / "walk.mp4", walking_body())


def test_a_body_is_followed_through_a_film(walk: Path) -> None:
    told: list[tuple[int, int]] = []
    pose = detect_pose(walk, Detection(), lambda done, total: told.append((done, total)))
    assert (pose.width, pose.height, pose.fps, pose.num_frames) == (384, 256, 16, 16)
    assert len(pose.people) == 1
    assert pose.found(pose.people[0]).all()
    assert pose.mean_confidence() > 0.8
    assert max(np.median(errors(pose, n, n)) for n in range(16)) < 8
    assert told == [(n, 16) for n in range(1, 17)]
    assert require_somebody(pose, walk.name) is pose


def test_a_part_of_a_film_at_another_rate(walk: Path) -> None:
    cut = Cut(start=0.25, end=0.75, fps=8)
    opened = open_film(walk)
    frames = list(read_film(opened, cut))
    assert len(frames) == num_frames(opened, cut) == 4
    original = walking_body()
    for index, number in enumerate((4, 6, 8, 10)):
        assert np.abs(frames[index].astype(int) - original[number]).mean() < 3


def test_a_sideways_film_is_seen_upright(walk: Path, tmp_path: Path) -> None:
    lying = film(tmp_path / "lying.mp4", [np.ascontiguousarray(np.rot90(f, 1)) for f in walking_body(8)])
    tagged = tmp_path / "tagged.mp4"
    ffmpeg("-display_rotation", "90", "-i", str(lying), "-c", "copy", str(tagged))
    opened = open_film(tagged)
    assert (opened.width, opened.height) in {(384, 256)}
    first = next(read_film(opened))
    upright = walking_body(1)[0]
    flipped = upright[::-1, ::-1]
    assert min(np.abs(first.astype(int) - other).mean() for other in (upright, flipped)) < 3


def test_a_film_of_varying_rate_comes_out_even(walk: Path, tmp_path: Path) -> None:
    uneven = tmp_path / "uneven.mp4"
    ffmpeg("-i", str(walk), "-vf", "select='lt(n,6)+not(mod(n,5))'", "-fps_mode", "vfr", str(uneven))
    frames = list(read_film(open_film(uneven), Cut(fps=16)))
    assert len(frames) == 16
    original = walking_body()
    for index, number in ((3, 3), (7, 5), (9, 5), (12, 10)):
        assert np.abs(frames[index].astype(int) - original[number]).mean() < 3, index


def test_a_slow_motion_film_lasts_as_long_as_it_plays(walk: Path, tmp_path: Path) -> None:
    fast = tmp_path / "fast.mp4"
    ffmpeg("-i", str(walk), "-vf", "fps=240", str(fast))
    opened = open_film(fast)
    assert (opened.seconds, opened.fps) == (pytest.approx(1, abs=0.01), 120)
    assert num_frames(opened, Cut()) == len(list(read_film(opened))) == 120
    assert num_frames(opened, Cut(start=0.5, fps=16)) == 8


def test_wide_pixels_are_made_square(walk: Path, tmp_path: Path) -> None:
    wide = tmp_path / "wide.mp4"
    ffmpeg("-i", str(walk), "-vf", "setsar=4/3", str(wide))
    opened = open_film(wide)
    assert (opened.width, opened.height) == (512, 256)
    assert next(read_film(opened)).shape == (256, 512, 3)


def test_a_4k_film_is_brought_down_before_it_gets_here(tmp_path: Path) -> None:
    large = tmp_path / "4k.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc=size=3840x2160:rate=5", "-t", "0.2", "-preset", "ultrafast", str(large)
    )
    opened = open_film(large)
    assert (opened.width, opened.height) == (3840, 2160)
    assert next(read_film(opened)).shape == (432, 768, 3)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Pose:
    """A body and its mirror image, who walk towards each other."""
    frames = walking_body(12, width=304)
    mirrored = [np.concatenate([frame, frame[:, ::-1]], axis=1) for frame in frames]
    return detect_pose(film(tmp_path_factory.mktemp("both") / "both.mp4", mirrored))


def test_several_people_are_told_apart(both: Pose) -> None:
    pose = both
    assert len(pose.people) == 2
    for place in (joints_at(6)[1], (608 - joints_at(6)[1, 0], joints_at(6)[1, 1])):
        moved = min((one.coco18()[:, 1, 0] for one in pose.people), key=lambda xs: abs(xs[6] - place[0]))
        assert abs(moved[6] - place[0]) < 12
        assert np.abs(np.diff(moved)).max() < 12


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".jfif"])
def test_a_photograph_is_one_whatever_its_program_calls_it(tmp_path: Path, suffix: str) -> None:
    photo = save(two_halves(96, 64), tmp_path / f"photo{suffix}", format="JPEG")
    opened = open_film(photo)
    assert (opened.is_picture, opened.width, opened.height) == (True, 96, 64)


def test_whoever_is_cut_off_or_not_alone_is_found_and_told(both: Pose, tmp_path: Path) -> None:
    upper = [np.ascontiguousarray(frame[:140]) for frame in walking_body(6)]
    told = {finding.code for finding in check_fit(detect_pose(film(tmp_path / "upper.mp4", upper)))}
    assert told & {"missing-joints", "out-of-frame"}
    assert "several" in {finding.code for finding in check_fit(both)}


def test_nobody_is_no_fault_until_somebody_is_needed(tmp_path: Path) -> None:
    grey = film(tmp_path / "grey.mp4", [np.full((128, 128, 3), 120, np.uint8)] * 5)
    pose = detect_pose(grey)
    assert (pose.num_frames, pose.people) == (5, ())
    assert pose.mean_confidence() == 0
    with pytest.raises(OelalaError) as caught:
        require_somebody(pose, "grey.mp4")
    assert caught.value.code == "nobody-found"


def test_files_that_are_no_film_get_one_clear_message(walk: Path, tmp_path: Path) -> None:
    sound, cut_off, empty = tmp_path / "sound.mp4", tmp_path / "cut.mp4", tmp_path / "empty.mp4"
    song, wave = tmp_path / "song.m4a", tmp_path / "sound.wav"
    tone = ("-f", "lavfi", "-i", "sine")
    ffmpeg(*tone, "-t", "0.5", str(sound))
    ffmpeg(*tone, "-t", "0.5", str(wave))
    cover = ("-map", "0", "-map", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic", "-frames:v", "1")
    ffmpeg(*tone, "-i", str(walk), *cover, "-t", "0.5", str(song))
    data = walk.read_bytes()
    cut_off.write_bytes(data[: len(data) // 3])
    empty.write_bytes(b"")
    cases = [
        (sound, "film-without-picture"),
        (song, "film-without-picture"),
        (wave, "not-a-film"),
        (cut_off, "unreadable-file"),
        (empty, "unreadable-file"),
        (tmp_path / "gone.mp4", "no-motion-file"),
    ]
    for path, code in cases:
        with pytest.raises(OelalaError) as caught:
            detect_pose(path)
        assert caught.value.code == code, path.name
    frameless = tmp_path / "frameless.mp4"
    ffmpeg("-i", str(walk), "-c", "copy", "-frames:v", "0", str(frameless))
    with pytest.raises(OelalaError) as caught:
        detect_pose(frameless)
    assert caught.value.code == "film-without-picture"
    before = tmp_path / "before.mkv"
    shift = ("-output_ts_offset", "-5", "-avoid_negative_ts", "disabled")
    ffmpeg("-i", str(walk), "-c", "copy", *shift, str(before))
    with pytest.raises(OelalaError) as caught:
        detect_pose(before)
    assert caught.value.code == "film-without-picture"
    long = tmp_path / "long.mp4"
    ffmpeg("-stream_loop", "-1", "-i", str(walk), "-t", "520", "-c", "copy", str(long))
    with pytest.raises(OelalaError) as caught:
        detect_pose(long, Detection(cut=Cut(fps=120)))
    assert (caught.value.code, caught.value.values["most"]) == ("film-too-long", 8)
    with pytest.raises(OelalaError) as caught:
        detect_pose(walk, Detection(cut=Cut(start=9)))
    assert caught.value.code == "cut-empty"


@pytest.mark.parametrize(
    "cut",
    [
        (-1, None, None),
        (2, 1, None),
        (0, None, 0),
        (float("nan"), None, None),
        (1e300, None, None),
        (0, 1e300, None),
    ],
)
def test_a_part_that_is_none_is_refused(cut: tuple[float, float | None, float | None]) -> None:
    with pytest.raises(ValueError, match=r"frames a second|nothing lies"):
        Cut(*cut)


@pytest.mark.skipif(sys.platform == "win32", reason="counts open files")
def test_whoever_stops_halfway_leaves_nothing_open(walk: Path) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise Enough

    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(Enough):
        detect_pose(walk, Detection(), stop)
    assert len(os.listdir("/proc/self/fd")) == before


@needs_photographs
def test_a_body_is_found_in_each_photograph() -> None:
    for path in sorted(PHOTOGRAPHS.glob("*.jpg")):
        pose = require_somebody(detect_pose(path), path.name)
        assert pose.num_frames == 1
        assert pose.seen(pose.people[0].coco18()[0]).sum() >= 9


@pytest.mark.skipif(not VIDEOS.is_dir(), reason="the sample films are not beside this checkout")
def test_a_talking_head_keeps_its_shoulders() -> None:
    pose = detect_pose(VIDEOS / "carphone_pristine.mp4", Detection(cut=Cut(end=1)))
    assert (pose.width, pose.height) == (193, 144)  # 12:11 pixels
    assert pose.found(pose.people[0]).all()
    assert pose.seen(pose.people[0].coco18()[:, [0, 1, 2, 5]]).all()
