"""What was typed stands, however late the server answers: its answers are held back here, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.models.tiny_image import I2V_EXPERTS
from tests.models.tiny_pose import VACE
from tests.ui.browsing import MODEL, LiveStudio, choose_model, fill_small

pytestmark = pytest.mark.browser

KINDS = {"text-to-video": MODEL, "image-to-video": I2V_EXPERTS, "pose-transfer": VACE}


class Held:
    """Questions of the page that wait until they are let go, in any order. `match`: a part of their body."""

    def __init__(self, page: Any, match: str = '"stamp":') -> None:
        self._routes: list[Any] = []
        self._page, self._match = page, match
        page.route("**/gradio_api/run/**", self._take)

    def _take(self, route: Any) -> None:
        if self._match in (route.request.post_data or ""):
            self._routes.append(route)
        else:
            route.continue_()

    def wait_for(self, count: int) -> None:
        for _ in range(200):
            if len(self._routes) >= count:
                break
            self._page.wait_for_timeout(50)
        assert len(self._routes) == count

    def lose(self) -> None:
        """Answered by something on the way, and never by the studio. (When the connection itself breaks,
        Gradio loads the page again.)"""
        self._routes.pop(0).fulfill(status=502, body="")

    def let_go(self, which: int = 0) -> None:
        self._routes.pop(which).continue_()


def put(page: Any, kind: str, name: str, value: str) -> None:
    box = page.locator(f"[id='{kind}--{name}'] :is(textarea, input)").first
    box.fill(value)
    box.press("Tab")


def holds(page: Any, kind: str, name: str, value: object) -> None:
    page.wait_for_function(
        "([id, value]) => document.querySelector(`[id='${id}'] :is(textarea, input)`).value === value",
        arg=[f"{kind}--{name}", str(value)],
    )


def value_of(page: Any, kind: str, name: str) -> str:
    return str(page.locator(f"[id='{kind}--{name}'] :is(textarea, input)").first.input_value())


def open_tab(page: Any, kind: str) -> None:
    page.click(f"[data-tab-id='{kind}']")
    page.wait_for_selector(f"[data-model-of='{kind}'][data-shape]", state="attached")


def choose(page: Any, kind: str, title: str) -> None:
    page.click(f"[id='{kind}--model'] input")
    page.get_by_role("option", name=title, exact=True).click()


@pytest.mark.parametrize("kind", KINDS)
def test_a_models_values_come_late(page: Any, live: LiveStudio, kind: str) -> None:
    open_tab(page, kind)
    chosen = next(one for one in live.studio.models(kind) if one.id == KINDS[kind])
    start = next(one for one in live.studio.models(kind) if one.id != chosen.id)
    choose(page, kind, start.title if start.on_disk else f"{start.title} (not here yet)")
    own = live.studio.defaults(kind, start.id)
    holds(page, kind, "height", own["height"])

    held = Held(page)
    choose(page, kind, chosen.title)
    held.wait_for(1)
    put(page, kind, "width", "128")
    put(page, kind, "prompt", "typed meanwhile")
    put(page, kind, "seed", "5")
    held.let_go()
    own = live.studio.defaults(kind, chosen.id)
    holds(page, kind, "num_frames", own["num_frames"])
    holds(page, kind, "height", own["height"])
    typed = {name: value_of(page, kind, name) for name in ("width", "prompt", "seed")}
    assert typed == {"width": "128", "prompt": "typed meanwhile", "seed": "5"}
    assert value_of(page, kind, "model") == chosen.title
    # No button of a size is pressed: none says what the fields say.
    assert page.locator(f"[id='{kind}--size'] input:checked").count() == 0
    # Another model brings its own values again, over what was typed before it was chosen.
    page.unroute_all()
    choose(page, kind, start.title if start.on_disk else f"{start.title} (not here yet)")
    holds(page, kind, "width", live.studio.defaults(kind, start.id)["width"])


def test_a_choice_is_asked_for_once_and_leaving_a_list_is_none(page: Any) -> None:
    held = Held(page)
    choose(page, "text-to-video", "Wan 2.1 T2V 1.3B")
    held.wait_for(1)
    held.let_go()
    holds(page, "text-to-video", "width", 832)
    put(page, "text-to-video", "width", "128")
    for name in ("model", "preset"):
        page.focus(f"#text-to-video--{name} input")
        page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    held.wait_for(0)
    assert value_of(page, "text-to-video", "width") == "128"


def test_a_choice_that_got_lost_on_the_way_is_asked_for_again(page: Any) -> None:
    held = Held(page)
    choose(page, "text-to-video", "Wan 2.1 T2V 1.3B")
    held.wait_for(1)
    held.lose()
    page.focus("#text-to-video--model input")
    page.focus("#text-to-video--prompt textarea")  # which chooses nothing
    page.wait_for_timeout(300)
    held.wait_for(0)
    assert value_of(page, "text-to-video", "width") == "256"
    choose(page, "text-to-video", "Wan 2.1 T2V 1.3B")
    held.wait_for(1)
    held.let_go()
    holds(page, "text-to-video", "width", 832)
    # What came is asked for once: a second click leaves alone what was typed since.
    put(page, "text-to-video", "width", "128")
    choose(page, "text-to-video", "Wan 2.1 T2V 1.3B")
    page.wait_for_timeout(300)
    held.wait_for(0)
    assert value_of(page, "text-to-video", "width") == "128"


def test_a_presets_values_come_late_and_again_on_demand(page: Any) -> None:
    held = Held(page)
    for typed, frames in (("64", "5"), ("96", "9")):
        page.click("#text-to-video--preset input")
        page.get_by_role("option", name="quick draft").click()
        held.wait_for(1)
        put(page, "text-to-video", "width", typed)
        page.fill("#text-to-video--num_frames input", frames)  # and not left
        held.let_go()
        page.wait_for_timeout(300)
        assert value_of(page, "text-to-video", "width") == typed
        assert value_of(page, "text-to-video", "num_frames") == frames
    page.unroute_all()
    page.click("#text-to-video--preset input")
    page.get_by_role("option", name="quick draft").click()
    holds(page, "text-to-video", "num_frames", 17)


def test_a_preset_goes_to_the_chosen_variant_and_says_so(page: Any) -> None:
    variant = "Wan 2.2 T2V A14B (GGUF Q4_K_M, QuantStack)"
    choose(page, "text-to-video", f"{variant} (not here yet)")
    holds(page, "text-to-video", "width", 832)
    page.click("#text-to-video--preset input")
    page.get_by_role("option", name="Wan 2.2 A14B – 480p portrait").click()
    holds(page, "text-to-video", "width", 480)
    assert value_of(page, "text-to-video", "model").startswith(variant)
    assert variant in page.locator(".o-notice-text").first.inner_text()


def test_the_later_of_two_models_wins_whichever_answer_comes_first(page: Any) -> None:
    for first in (0, 1):
        held = Held(page)
        choose(page, "text-to-video", "Wan 2.1 T2V 1.3B")
        held.wait_for(1)
        choose(page, "text-to-video", "Oelala Mini")
        held.wait_for(2)
        held.let_go(first)
        page.wait_for_timeout(300)
        held.let_go()
        page.wait_for_timeout(300)
        assert value_of(page, "text-to-video", "model") == "Oelala Mini"
        assert value_of(page, "text-to-video", "width") == "256"
        assert "832 × 480" not in page.text_content("#text-to-video--size")
        page.unroute_all()


def test_settings_of_a_clip_come_late(page: Any, live: LiveStudio) -> None:
    values = {"prompt": "of the clip", "model": MODEL, "width": 128, "height": 160, "num_frames": 9}
    task = live.studio.read_task("text-to-video", {**values, "num_inference_steps": 3, "seed": 77})
    (job,) = live.studio.submit(task)
    live.wait_for(job.id, "done")
    clip = ".o-clip:has-text('of the clip')"  # other tests leave clips too
    page.wait_for_selector(clip)
    held = Held(page)
    page.hover(clip)
    page.click(f"{clip} button[aria-label='Reuse these settings']")
    held.wait_for(1)
    put(page, "text-to-video", "prompt", "my own words")
    held.let_go()
    page.wait_for_selector(".o-notice")
    for name, value in {"width": 128, "height": 160, "num_inference_steps": 3, "seed": 77}.items():
        holds(page, "text-to-video", name, value)
    assert value_of(page, "text-to-video", "prompt") == "my own words"
    assert page.is_checked("#text-to-video--lock input")


def test_a_draft_comes_back_late(page: Any) -> None:
    choose_model(page)
    fill_small(page, "before the reload", steps=7)
    held = Held(page)
    page.reload()
    held.wait_for(1)
    put(page, "text-to-video", "prompt", "after the reload")
    put(page, "text-to-video", "width", "160")
    held.let_go()
    holds(page, "text-to-video", "num_inference_steps", 7)
    holds(page, "text-to-video", "height", 128)
    assert value_of(page, "text-to-video", "prompt") == "after the reload"
    assert value_of(page, "text-to-video", "width") == "160"
    assert value_of(page, "text-to-video", "model") == "Wan 2.1 T2V 1.3B"


def test_a_model_that_is_chosen_before_the_draft_comes_keeps_its_own_values(page: Any) -> None:
    choose_model(page)
    fill_small(page, "before the reload", steps=7)
    held = Held(page)
    page.reload()
    held.wait_for(1)
    choose(page, "text-to-video", "Wan 2.2 T2V A14B (not here yet)")
    held.wait_for(2)
    held.let_go(1)
    holds(page, "text-to-video", "width", 832)
    held.let_go()
    holds(page, "text-to-video", "prompt", "before the reload")
    assert value_of(page, "text-to-video", "width") == "832"
    assert value_of(page, "text-to-video", "num_inference_steps") != "7"
    assert value_of(page, "text-to-video", "model") == "Wan 2.2 T2V A14B (not here yet)"


def test_a_look_at_the_models_that_comes_late_speaks_of_no_former_model(page: Any) -> None:
    held = Held(page, f'"data":["{MODEL}",null]')  # and its speed, of which it has none
    choose_model(page)
    page.evaluate("() => window.oelala.bridges['text-to-video'].refresh()")
    held.wait_for(1)
    choose(page, "text-to-video", "Wan 2.2 T2V A14B (not here yet)")
    page.wait_for_selector("[data-model-of=text-to-video] button:has-text('Download')")
    held.let_go()
    page.wait_for_timeout(300)
    assert "A download of" in page.text_content("#text-to-video--model")
    assert page.locator("[data-model-of=text-to-video] button:has-text('Download')").count() == 1


def test_the_seed_of_a_job_comes_late(page: Any) -> None:
    fill_small(page, "a seed of my own", steps=2)
    held = Held(page, "a seed of my own")
    page.click("#text-to-video--generate")
    held.wait_for(1)
    put(page, "text-to-video", "seed", "12345")
    held.let_go()
    page.wait_for_selector("#o-jobs .o-job:has-text('a seed of my own')")
    page.wait_for_timeout(300)
    assert value_of(page, "text-to-video", "seed") == "12345"
    assert page.is_checked("#text-to-video--lock input")
    page.unroute_all()
    page.wait_for_selector(".o-job[data-state=done]:has-text('a seed of my own')")
