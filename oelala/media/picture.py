"""Pictures that users give: read as they are meant to be seen, and brought to a clip's size.

Every one becomes 8-bit RGB: turned as its EXIF says, its colours as in sRGB, what is transparent on white.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from oelala.errors import OelalaError

FORMATS = {
    "PNG": "png",
    "JPEG": "jpg",
    "MPO": "jpg",  # what many phones write: a JPEG with more pictures behind it
    "WEBP": "webp",
    "AVIF": "avif",
    "GIF": "gif",
    "BMP": "bmp",
    "TIFF": "tif",
}
_OPENED = tuple(name for name in FORMATS if name != "MPO")  # which Pillow finds out behind a JPEG
READABLE = "JPEG, PNG, WebP, AVIF, BMP, TIFF"
MAX_BYTES = 100 * 10**6
MAX_MEGAPIXELS = 80
LEAST_SIDE = 32
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_BACKGROUND = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture of another shape comes to `width` × `height` pixels.

    "crop" fills the frame and cuts off the rest, keeping the place (`focus_x`, `focus_y`) in 0 … 1; "pad"
    shows the whole picture between black bars. Neither stretches.
    """

    width: int
    height: int
    mode: Literal["crop", "pad"] = "crop"
    focus_x: float = 0.5
    focus_y: float = 0.5


def read_picture(path: Path, name: str | None = None) -> Image.Image:
    """The picture in 8-bit RGB. `name` is what messages call it.

    Raises OelalaError ("no-picture", "picture-unknown", "picture-heic", "picture-moves", "picture-too-large",
    "picture-too-small", "picture-damaged").
    """
    name = name or path.name
    data = _read(path, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a large picture, a damaged EXIF: judged below
        picture = _open(data, name)
        try:
            _check(picture, name)  # counting its pages reads on
            picture.load()
            return _as_rgb(picture)
        except OelalaError:
            raise
        except Exception as fault:  # decoders stumble over damage in every possible way
            raise _damaged(fault, name) from fault


def suffix_of(path: Path, name: str | None = None) -> str:
    """The suffix that fits the file's content, without its dot. Raises as `read_picture`."""
    return FORMATS[str(_open(_read(path, name or path.name), name or path.name).format)]


def frame_picture(picture: Image.Image, framing: Framing) -> Image.Image:
    """RGB at exactly the framing's size."""
    size = (framing.width, framing.height)
    if picture.size == size:
        return picture
    if framing.mode == "pad":
        return ImageOps.pad(picture, size, Image.Resampling.LANCZOS, color=(0, 0, 0))
    focus = (framing.focus_x, framing.focus_y)
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=focus)


def picture_preview(path: Path, max_side: int = 1024) -> bytes:
    """The picture as `read_picture` sees it, as a WebP of at most `max_side` pixels a side."""
    picture = read_picture(path)
    picture.thumbnail((max_side, max_side), Image.Resampling.BOX, reducing_gap=2.0)
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=85, method=2)
    return buffer.getvalue()


def png_of(frame: NDArray[np.uint8]) -> bytes:
    """One frame (H, W, 3), RGB, without loss."""
    buffer = BytesIO()
    Image.fromarray(np.ascontiguousarray(frame)).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def _read(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise OelalaError("picture-too-large", name=name, most=f"{MAX_BYTES // 10**6} MB")
        return path.read_bytes()
    except (OSError, ValueError) as fault:
        raise OelalaError("no-picture", name=name) from fault


def _open(data: bytes, name: str) -> Image.Image:
    if _is_heic(data):
        raise OelalaError("picture-heic", name=name)
    try:
        return Image.open(BytesIO(data), formats=_OPENED)
    except Image.DecompressionBombError as fault:
        raise OelalaError("picture-too-large", name=name, most=f"{MAX_MEGAPIXELS} megapixels") from fault
    except UnidentifiedImageError as fault:
        raise OelalaError("picture-unknown", name=name, known=READABLE) from fault
    except Exception as fault:  # as above
        raise _damaged(fault, name) from fault


def _is_heic(data: bytes) -> bool:
    """AVIF comes in the same kind of box, and may name itself after the box alone."""
    brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return data[4:8] == b"ftyp" and brands[:4] in _HEIC and b"avif" not in brands


def _damaged(fault: Exception, name: str) -> OelalaError:
    reason = str(fault).splitlines()[0][:120] if str(fault) else type(fault).__name__
    return OelalaError("picture-damaged", name=name, reason=reason)


def _check(picture: Image.Image, name: str) -> None:
    """From the header alone, before anything is decoded."""
    width, height = picture.size
    if width * height > MAX_MEGAPIXELS * 10**6:
        raise OelalaError("picture-too-large", name=name, most=f"{MAX_MEGAPIXELS} megapixels")
    if min(width, height) < LEAST_SIDE:
        size = f"{width} × {height}"
        raise OelalaError("picture-too-small", name=name, size=size, least=LEAST_SIDE)
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise OelalaError("picture-moves", name=name)


def _as_rgb(picture: Image.Image) -> Image.Image:
    picture = ImageOps.exif_transpose(picture)
    picture = _eight_bits(picture)
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (*_BACKGROUND, 255))
        return _in_srgb(Image.alpha_composite(ground, clear).convert("RGB"), picture)
    return _in_srgb(picture, picture)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Pillow cuts wide greys off at 255 where they should be scaled."""
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture).astype(np.float64)
        most = 65535.0 if picture.mode != "F" else max(1.0, float(np.nanmax(values)))
        grey = np.nan_to_num(values / most).clip(0, 1) * 255
        return Image.fromarray(grey.round().astype(np.uint8))
    return picture


def _in_srgb(picture: Image.Image, original: Image.Image) -> Image.Image:
    """By its own colour profile where it has one that fits, else as it stands."""
    profile = original.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")
