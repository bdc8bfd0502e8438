"""Pictures are read as they are meant to be seen, framed without stretching, or refused in words."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from oelala.errors import OelalaError
from oelala.media.picture import (
    Framing,
    frame_picture,
    picture_preview,
    png_of,
    read_picture,
    suffix_of,
)
from tests.media import pictures
from tests.media.pictures import GREEN, RED, two_halves


def at(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = picture.getpixel((int(x * (picture.width - 1)), int(y * (picture.height - 1))))
    assert isinstance(found, tuple)
    return found


def near(found: tuple[int, ...], wanted: tuple[int, ...], by: int = 6) -> bool:
    return max(abs(one - other) for one, other in zip(found, wanted, strict=True)) <= by


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "avif", "bmp", "tif", "gif"])
def test_every_format_is_read_and_named_by_its_content(tmp_path: Path, suffix: str) -> None:
    path = pictures.save(two_halves(), tmp_path / f"a.{suffix}")
    other = path.rename(tmp_path / "no suffix")
    picture = read_picture(other)
    assert (picture.mode, picture.size) == ("RGB", (96, 64))
    assert near(at(picture, 0.1, 0.5), RED, by=12)
    assert near(at(picture, 0.9, 0.5), GREEN, by=12)
    assert suffix_of(other) == suffix


def test_an_avif_that_names_itself_after_its_box_is_no_heic(tmp_path: Path) -> None:
    path = tmp_path / "photo.avif"
    two_halves().save(path)
    data = path.read_bytes()
    assert data[8:12] == b"avif"
    path.write_bytes(data[:8] + b"mif1" + data[12:])
    assert read_picture(path).size == two_halves().size


def test_a_turned_photo_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side: to be turned a quarter clockwise
    path = pictures.save(two_halves(), tmp_path / "a.jpg", exif=exif, quality=95)
    picture = read_picture(path)
    assert picture.size == (64, 96)
    assert near(at(picture, 0.5, 0.1), RED)
    assert near(at(picture, 0.5, 0.9), GREEN)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(tmp_path: Path, mode: str) -> None:
    clear = two_halves().convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 48, 64))
    path = pictures.save(clear.convert(mode), tmp_path / "a.png")
    picture = read_picture(path)
    assert near(at(picture, 0.1, 0.5), (255, 255, 255))
    solid = at(two_halves().convert("L").convert("RGB"), 0.9, 0.5) if mode == "LA" else GREEN
    assert near(at(picture, 0.9, 0.5), solid, by=30)


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path: Path) -> None:
    grey = np.asarray(read_picture(pictures.sixteen_bit_grey(tmp_path / "a.png")))[0, :, 0]
    wanted = np.linspace(0, 255, 64)
    assert np.abs(grey - wanted).max() <= 1


def test_cmyk_and_grey_become_rgb(tmp_path: Path) -> None:
    picture = read_picture(pictures.save(two_halves().convert("CMYK"), tmp_path / "a.jpg", quality=95))
    assert near(at(picture, 0.1, 0.5), RED, by=12)
    grey = read_picture(pictures.save(two_halves().convert("L"), tmp_path / "b.png"))
    assert grey.mode == "RGB"


def test_a_colour_profile_counts(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = pictures.save(two_halves(), tmp_path / "a.png", icc_profile=lab)
    assert near(at(read_picture(path), 0.1, 0.5), RED, by=2)
    broken = pictures.save(two_halves(), tmp_path / "b.png", icc_profile=b"no profile at all")
    assert at(read_picture(broken), 0.1, 0.5) == RED


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda p: p.write_text("A poem, and no picture.\n" * 20), "picture-unknown"),
        (lambda p: p.write_bytes(b""), "picture-unknown"),
        (lambda p: pictures.save(two_halves(1, 1), p, format="PNG"), "picture-too-small"),
        (lambda p: pictures.huge_png(p.with_suffix(".png")).rename(p), "picture-too-large"),
        (lambda p: pictures.animation(p.with_suffix(".gif")).rename(p), "picture-moves"),
        (lambda p: pictures.animation(p.with_suffix(".webp")).rename(p), "picture-moves"),
        (lambda p: pictures.animation(p.with_suffix(".png")).rename(p), "picture-moves"),
        (lambda p: pictures.truncated(p.with_suffix(".jpg")).rename(p), "picture-damaged"),
        (pictures.heic, "picture-heic"),
        (lambda p: None, "no-picture"),
        (lambda p: p.mkdir(), "no-picture"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(tmp_path: Path, make: object, code: str) -> None:
    path = tmp_path / "holiday"
    assert callable(make)
    make(path)
    with pytest.raises(OelalaError) as fault:
        read_picture(path, "holiday.jpg")
    assert fault.value.code == code
    assert "holiday.jpg" in str(fault.value)
    assert "{" not in str(fault.value)


def test_damage_behind_the_first_page_is_said(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    pictures.save(two_halves(), path, save_all=True, append_images=[two_halves()])
    first, width, rest = path.read_bytes().rpartition(b"\x00\x01\x04\x00\x01\x00\x00\x00")
    path.write_bytes(first + width.replace(b"\x00\x01", b"\xff\x01", 1) + rest)
    with pytest.raises(OelalaError) as fault:
        read_picture(path)
    assert fault.value.code == "picture-damaged"


def test_no_mangled_picture_passes_a_fault_of_another_kind(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    path, refused = tmp_path / "a", 0
    for suffix in ("png", "jpg", "webp", "tif", "bmp", "gif", "avif"):
        whole = pictures.save(two_halves(), tmp_path / f"a.{suffix}").read_bytes()
        for _ in range(25):
            mangled = bytearray(whole)
            for place in random.integers(0, len(whole), 12):
                mangled[place] = random.integers(256)
            path.write_bytes(mangled)
            try:
                assert read_picture(path).mode == "RGB"
            except OelalaError:
                refused += 1
    assert refused > 50


@pytest.mark.parametrize(("size", "wanted"), [((64, 64), 64), ((32, 96), 32), ((160, 96), 160)])
def test_a_crop_keeps_its_focus_and_stretches_nothing(size: tuple[int, int], wanted: int) -> None:
    """A circle stays a circle."""
    picture = Image.new("RGB", (120, 80), (0, 0, 0))
    mask = Image.new("L", (80, 80), 0)
    from PIL import ImageDraw

    ImageDraw.Draw(mask).ellipse((30, 30, 50, 50), fill=255)
    picture.paste((255, 255, 255), (20, 0), mask)
    framed = frame_picture(picture, Framing(*size))
    assert framed.size == size
    rows, columns = np.nonzero(np.asarray(framed)[..., 0] > 127)
    assert abs((rows.max() - rows.min()) - (columns.max() - columns.min())) <= 1


def test_the_focus_says_which_part_stays() -> None:
    left = frame_picture(two_halves(), Framing(32, 64, focus_x=0.0))
    right = frame_picture(two_halves(), Framing(32, 64, focus_x=1.0))
    assert at(left, 0.9, 0.5) == RED
    assert at(right, 0.1, 0.5) == GREEN


def test_padding_shows_all_between_black_bars() -> None:
    framed = frame_picture(two_halves(), Framing(64, 128, "pad"))
    assert framed.size == (64, 128)
    assert at(framed, 0.5, 0.02) == (0, 0, 0)
    assert near(at(framed, 0.1, 0.5), RED)
    assert near(at(framed, 0.9, 0.5), GREEN)


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    picture = two_halves()
    assert frame_picture(picture, Framing(96, 64, "pad")) is picture


def test_the_preview_is_small_and_what_the_model_sees(tmp_path: Path) -> None:
    path = pictures.save(two_halves(3000, 2000), tmp_path / "a.png")
    shown = Image.open(BytesIO(picture_preview(path)))
    assert (shown.format, shown.size) == ("WEBP", (1024, 683))


def test_a_frame_is_kept_without_loss() -> None:
    frame = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    assert np.array_equal(np.asarray(Image.open(BytesIO(png_of(frame)))), frame)
