"""What a worker does while nobody waits for it yet."""

from __future__ import annotations

from oelala.models.loan import Loan


def smallest_call(loan: Loan) -> None:
    """One short run of the pipeline: whatever is loaded, chosen or compiled at first use has been."""
    side = loan.row.sizes.smallest_side
    loan.pipeline(
        prompt="",
        height=side,
        width=side,
        num_frames=5,
        num_inference_steps=2,
        max_sequence_length=loan.row.max_sequence_length,
        output_type="pt",
    )
