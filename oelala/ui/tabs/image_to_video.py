"""The tab of image-to-video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oelala.tasks.image_to_video import ImageToVideo
from oelala.ui.plan_line import PlanLine
from oelala.ui.tabs.task_tab import TaskTab

if TYPE_CHECKING:
    from oelala.studio import Studio


def build(studio: Studio) -> TaskTab:
    tab = TaskTab(ImageToVideo, studio)
    with tab.layout():
        tab.form.place("extend", "image", "last_image", "framing", "focus_x", "focus_y")
        tab.form.place("last_focus_x", "last_focus_y")
        tab.form.place("prompt")
        tab.place_motions()
        tab.place_presets()
        tab.place_model()
        tab.form.place("width", "height", "num_frames", "num_inference_steps", "seed")
        tab.form.place("num_videos_per_prompt")
        tab.form.place_rest(advanced=False)
        line = PlanLine(tab)
        line.place()
    line.wire()
    return tab
