"""A trained transformer made deeper: layers that change nothing yet, evenly between those that it has.

A new layer is a copy of the one before it, but for what it adds to the stream: that is zero until it learns.
"""

from torch import Tensor, zeros_like

from oelala.mini.recipe.depth import layers_of

# All that leads out of a block.
_SILENT = ("attn1.to_out.0", "attn2.to_out.0", "ffn.net.2")


def sources(present: int, layers: int) -> list[tuple[int, bool]]:
    """For each of `layers`: the one of the `present` that it is or, where True, comes after as a new one."""
    more = layers - present
    after = [-(-(number + 1) * present // more) - 1 for number in range(more)]
    return [(layer, new) for layer in range(present) for new in (False, *[True] * after.count(layer))]


def grown(weights: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Weights of `layers` blocks that predict what `weights` do; ValueError if those have more already."""
    present = layers_of(weights)
    if layers < present:
        raise ValueError(f"there are {present} layers already, more than {layers}")
    made = {name: value for name, value in weights.items() if not name.startswith("blocks.")}
    for number, (source, new) in enumerate(sources(present, layers)):
        start = f"blocks.{source}."
        for name in [name for name in weights if name.startswith(start)]:
            part, value = name.removeprefix(start), weights[name]
            silent = new and part.rpartition(".")[0] in _SILENT
            made[f"blocks.{number}.{part}"] = zeros_like(value) if silent else value.clone()
    return made
