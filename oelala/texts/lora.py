"""LoRAs: those of few steps, at their field and on the command line; and what can be wrong with one."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "field.speed": Text("Speed", "Snelheid"),
    "field.speed.help": Text(
        "A LoRA that needs few steps: many times faster, with a little less motion and detail. It sets "
        "steps, guidance and shift; the negative prompt has no say with it.",
        "Een LoRA die met weinig stappen toe kan: vele malen sneller, met iets minder beweging en detail. "
        "Stappen, sturing en shift gaan mee; de negatieve prompt telt dan niet.",
    ),
    "form.speed.off": Text("As the model is", "Zoals het model is"),
    "form.speed.steps": Text("{steps} steps ({maker})", "{steps} stappen ({maker})"),
    "form.speed.steps.missing": Text(
        "{steps} steps ({maker}, not here yet)", "{steps} stappen ({maker}, nog niet hier)"
    ),
    "terminal.lora": Text("LoRA, {steps} steps", "LoRA, {steps} stappen"),
    "doctor.lora": Text("{title}: {size}, {here}", "{title}: {size}, {here}"),
    "page.speed-missing": Text(
        "“{lora}” is not on this computer yet.", "“{lora}” staat nog niet op deze computer."
    ),
    "page.speed-missing.hint": Text(
        "Press Download under Speed, or choose another speed.",
        "Druk op Download onder Snelheid, of kies een andere snelheid.",
    ),
    "error.speed-missing": Text(
        "“{lora}” is not on this computer yet ({size}).",
        "“{lora}” staat nog niet op deze computer ({size}).",
    ),
    "error.speed-missing.hint": Text(
        "Fetch it with: ./launch.sh models download {id} (from {repo}; it resumes where it stopped).",
        "Haal het op met: ./launch.sh models download {id} (van {repo}; onderbroken gaat het verder).",
    ),
    "error.unknown-speed": Text(
        "{model} has no speed called “{value}”.", "{model} heeft geen snelheid met de naam “{value}”."
    ),
    "error.unknown-speed.hint": Text(
        "Choose one of: {known}; or leave it empty.", "Kies een van: {known}; of laat het leeg."
    ),
    "error.lora-broken": Text(
        "The LoRA “{name}” is damaged: {reason}", "De LoRA “{name}” is kapot: {reason}"
    ),
    "error.lora-broken.hint": Text(
        "“models verify” with its id finds what is wrong, “models download” brings it anew.",
        "“models verify” met de id vindt wat er mis is, “models download” haalt het opnieuw.",
    ),
    "error.lora-format": Text(
        "The LoRA “{name}” is of a kind that Oelala cannot read ({examples}).",
        "De LoRA “{name}” is van een soort die Oelala niet kan lezen ({examples}).",
    ),
    "error.lora-format.hint": Text(
        "Take the same one as .safetensors with lora_A and lora_B, or lora_down and lora_up.",
        "Neem dezelfde als .safetensors met lora_A en lora_B, of lora_down en lora_up.",
    ),
    "error.lora-foreign": Text(
        "The LoRA “{name}” does not fit {model}: {count} of {total} parts find no place ({examples}).",
        "De LoRA “{name}” past niet op {model}: {count} van {total} delen vinden geen plek ({examples}).",
    ),
    "error.lora-foreign.hint": Text(
        "Used as it is, it would work in part or not at all. Choose one made for this very model.",
        "Zo zou hij maar half of niet werken. Kies er een die voor precies dit model is gemaakt.",
    ),
}
