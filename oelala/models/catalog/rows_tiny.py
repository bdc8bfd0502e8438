"""Tiny decoders for previews: no models of their own, but fetched, found and removed as models are.

Trained by Ollin Boer Bohan (madebyollin/taehv, MIT), as safetensors files in lightx2v's repository, whose
licence is Apache-2.0. Parameters counted from the architecture, encoder included: twice as many bytes are the
maker's own file of 22,642,902 without its header. Whether lightx2v's has 16 bits or 32 is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

from oelala.models.catalog.row import Component, Row, companion_row

_REPO = "lightx2v/Autoencoders"


@dataclass(frozen=True, slots=True)
class TinyDecoderRow:
    """`channels` of the latents, and the pixels on a side that its last layer gives at once (`patch`)."""

    row: Row
    file: str
    channels: int
    patch: int


def _tiny(name: str, title: str, channels: int, patch: int, parameters: int) -> TinyDecoderRow:
    file = f"{name}.safetensors"
    parts = {"decoder": Component("", None, parameters, files=(file,))}
    row = companion_row(name, title, "tiny-decoder", _REPO, "MIT", parts)
    return TinyDecoderRow(row, file, channels, patch)


# by `Component.latents` of the VAE that they stand in for
TINY_DECODERS: dict[str, TinyDecoderRow] = {
    "wan-16": _tiny("taew2_1", "Tiny decoder for Wan 2.1", 16, 1, 11_315_539),
    "wan-48": _tiny("taew2_2", "Tiny decoder for Wan 2.2 TI2V 5B", 48, 2, 11_418_108),
}


def tiny_decoder_of(row: Row) -> TinyDecoderRow | None:
    """The one that previews this model's latents, and comes along with its download."""
    vae = row.components.get("vae")
    return None if vae is None or vae.latents is None else TINY_DECODERS.get(vae.latents)
