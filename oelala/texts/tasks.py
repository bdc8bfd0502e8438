"""Labels (`field.<name>`) and help (`field.<name>.help`) of task fields; kinds, and phases of jobs.

`model.<id>.knows` takes the place of the prompt's help for a model that knows only a part of the world.
"""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "kind.text-to-video": Text("Text to video", "Tekst naar video"),
    "kind.download": Text("Model download", "Model ophalen"),
    "field.prompt": Text("Prompt", "Prompt"),
    "field.prompt.help": Text(
        "Who or what, what happens, where. One or two plain sentences work best.",
        "Wie of wat, wat er gebeurt, waar. Een of twee gewone zinnen werken het best.",
    ),
    "model.oelala-mini.knows": Text(
        "Oelala Mini knows people: hair, clothes in 11 colours, places, and what they do: wave, walk, jump, "
        "squat, dance, clap, bow, box. Anything else becomes the nearest thing it knows.",
        "Oelala Mini kent mensen: haar, kleren in 11 kleuren, plekken, en wat ze doen: zwaaien, lopen, "
        "springen, hurken, dansen, klappen, buigen, boksen. De rest wordt wat er het dichtst bij komt.",
    ),
    "field.prompt.placeholder": Text(
        "A woman in a red sweater waves in a park", "Een vrouw in een rode trui zwaait in een park"
    ),
    "field.negative_prompt": Text("Negative prompt", "Negatieve prompt"),
    "field.negative_prompt.help": Text(
        "What you do not want to see. The model's own list is filled in.",
        "Wat je niet wilt zien. De eigen lijst van het model staat er al.",
    ),
    "field.model": Text("Model", "Model"),
    "field.model.help": Text("Which weights make the clip.", "Welk model de clip maakt."),
    "field.width": Text("Width", "Breedte"),
    "field.width.help": Text("In pixels.", "In pixels."),
    "field.height": Text("Height", "Hoogte"),
    "field.height.help": Text("In pixels.", "In pixels."),
    "field.num_frames": Text("Frames", "Beelden"),
    "field.num_frames.help": Text(
        "Like 1, 5, 9, 13 … One frame is a picture.",
        "Zoals 1, 5, 9, 13 … Eén beeld is een foto.",
    ),
    "field.num_inference_steps": Text("Steps", "Stappen"),
    "field.num_inference_steps.help": Text(
        "More steps: finer, and slower in proportion.", "Meer stappen: fijner, en evenredig langzamer."
    ),
    "field.guidance_scale": Text("Guidance", "Sturing"),
    "field.guidance_scale.help": Text(
        "How closely the prompt is followed. Too high looks burnt.",
        "Hoe strikt de prompt wordt gevolgd. Te hoog oogt verbrand.",
    ),
    "field.guidance_scale_2": Text("Guidance of the second expert", "Sturing van de tweede expert"),
    "field.guidance_scale_2.help": Text(
        "Only for models of two experts: how closely the second one, for the details, follows the prompt.",
        "Alleen bij modellen met twee experts: hoe strikt de tweede, voor de details, de prompt volgt.",
    ),
    "field.flow_shift": Text("Flow shift", "Flow shift"),
    "field.flow_shift.help": Text(
        "Higher spends more steps on composition and motion, lower on detail.",
        "Hoger geeft meer stappen aan compositie en beweging, lager aan detail.",
    ),
    "field.first_block_cache": Text(
        "Skip similar steps (lossy)", "Sla gelijkende stappen over (met verlies)"
    ),
    "field.first_block_cache.help": Text(
        "Faster, but not the same clip: steps that change little are not computed in full. "
        "0 is off; 0.05 is careful, 0.2 coarse.",
        "Sneller, maar niet dezelfde clip: stappen die weinig veranderen worden niet helemaal berekend. "
        "0 is uit; 0,05 is voorzichtig, 0,2 grof.",
    ),
    "field.sage_attention": Text("SageAttention (lossy)", "SageAttention (met verlies)"),
    "field.sage_attention.help": Text(
        "Faster on many cards from the RTX 30 series on, but not the same clip: attention in 8 bits. "
        "Try it on your card: some gain nothing.",
        "Sneller op veel kaarten vanaf de RTX 30-serie, maar niet dezelfde clip: attention in 8 bits. "
        "Probeer het op je eigen kaart: sommige winnen niets.",
    ),
    "field.quantisation": Text("Weights in 8 bits (lossy)", "Gewichten in 8 bits (met verlies)"),
    "field.quantisation.help": Text(
        "Half the memory, so more of the model stays on the card, but not the same clip.",
        "De helft van het geheugen, dus er blijft meer van het model op de kaart, maar niet dezelfde clip.",
    ),
    "field.quantisation.auto": Text("only if it must", "alleen als het moet"),
    "field.quantisation.int8": Text("always", "altijd"),
    "field.seed": Text("Seed", "Seed"),
    "field.seed.help": Text(
        "The same seed and settings make the same clip.",
        "Dezelfde seed en instellingen geven dezelfde clip.",
    ),
    "field.num_videos_per_prompt": Text("Clips", "Clips"),
    "field.num_videos_per_prompt.help": Text("Each with the next seed.", "Elk met de volgende seed."),
    "example.text-to-video.1": Text(
        "A woman with long blond hair in a red sweater waves in a park",
        "Een vrouw met lang blond haar in een rode trui zwaait in een park",
    ),
    "example.text-to-video.2": Text(
        "A man in a blue jacket and grey trousers dances on a stage",
        "Een man in een blauw jack en een grijze broek danst op een podium",
    ),
    "example.text-to-video.3": Text(
        "Close-up of a woman with curly black hair, at sunset",
        "Close-up van een vrouw met zwart krulhaar, bij zonsondergang",
    ),
    "phase.loading": Text("Loading the model", "Model laden"),
    "phase.encoding": Text("Reading the prompt", "Prompt lezen"),
    "phase.denoising": Text("Making the clip", "Clip maken"),
    "phase.decoding": Text("Turning it into pictures", "Omzetten naar beelden"),
    "phase.saving": Text("Saving and checking", "Opslaan en controleren"),
    "phase.working": Text("Working", "Bezig"),
    "phase.starting": Text("Starting", "Start"),
}
