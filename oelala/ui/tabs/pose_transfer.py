"""The tab of pose transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oelala.tasks.pose_transfer import PoseTransfer
from oelala.ui.i18n import html_mark
from oelala.ui.panels.markup import place
from oelala.ui.plan_line import PlanLine
from oelala.ui.tabs.task_tab import TaskTab

if TYPE_CHECKING:
    from oelala.studio import Studio


def build(studio: Studio) -> TaskTab:
    tab = TaskTab(PoseTransfer, studio)
    with tab.layout():
        tab.form.place("motion", "motion_start", "motion_end", "person", "detector")
        tab.form.place("avatar", "image", "framing", "focus_x", "focus_y")
        tab.form.place("prompt")
        _place_fit(tab.task.kind)
        tab.form.place("mode", "bones", "pose_scale", "shift_x", "shift_y", "conditioning_scale")
        tab.place_presets()
        tab.place_model()
        tab.form.place("width", "height", "num_frames", "num_inference_steps", "seed")
        tab.form.place_rest(advanced=False)
        line = PlanLine(tab)
        line.place()
    line.wire()
    return tab


def _place_fit(kind: str) -> None:
    """The motion over its character, and what does not fit; the scripts fill it in (`assets/page/fit.js`)."""
    label = f'<p class="o-picture-label">{html_mark("form.fit")}</p>'
    about = f'<p class="o-picture-help">{html_mark("form.fit.help")}</p>'
    place(f'{label}{about}<div class="o-fit" data-fit-of="{kind}"></div>', f"{kind}--fit")
