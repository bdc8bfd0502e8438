"""Sentences of: catalog. Why a model fits this machine or does not (`ModelStatus.why`)."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "terminal.added": Text(
        "“{model}” is in the list now: a model like {base}.",
        "“{model}” staat nu in de lijst: een model als {base}.",
    ),
    "terminal.added.incomplete": Text(
        "What else it needs comes with: ./launch.sh models download {model}",
        "Wat er nog bij hoort, komt met: ./launch.sh models download {model}",
    ),
    "terminal.token": Text(
        "Access token of the hub (it stays unseen):", "Toegangstoken van de hub (blijft onzichtbaar):"
    ),
    "terminal.token.kept": Text(
        "The token is kept, for you alone. Models that need it can be downloaded now.",
        "Het token is bewaard, alleen voor jou. Modellen die het nodig hebben, kun je nu ophalen.",
    ),
    "terminal.token.forgotten": Text("The token is forgotten.", "Het token is vergeten."),
    "made.portrait": Text("portraits", "portretten"),
    "terminal.no-use-yet": Text(
        "for {what}, which this version cannot make yet", "voor {what}; die kan deze versie nog niet maken"
    ),
    "error.no-use-yet": Text(
        "{model} is for one thing alone, and this version cannot do that yet: {kind}.",
        "{model} is er voor één ding, en dat kan deze versie nog niet: {kind}.",
    ),
    "error.no-use-yet.hint": Text(
        "Wait for a version that can, or have it ahead of time: the same command with --anyway.",
        "Wacht op een versie die het kan, of haal het alvast: hetzelfde commando met --anyway.",
    ),
    "live.preset.instead": Text(
        "The preset is used with {model}: the same kind of model, in other weights.",
        "De voorinstelling gaat naar {model}: hetzelfde soort model, met andere gewichten.",
    ),
    "error.bad-token": Text("That is no access token of the hub.", "Dat is geen toegangstoken van de hub."),
    "error.bad-token.hint": Text(
        "Copy it whole, without spaces; it begins with hf_.",
        "Kopieer het helemaal, zonder spaties; het begint met hf_.",
    ),
    "error.one-at-a-time": Text("“{command}” takes one at a time.", "“{command}” neemt er één tegelijk."),
    "error.one-at-a-time.hint": Text(
        "Name a single one, in quotes if it has spaces.",
        "Noem er één, met aanhalingstekens als er spaties in staan.",
    ),
    "error.no-such-source": Text(
        "There is no file or folder “{name}”.", "Er is geen bestand of map “{name}”."
    ),
    "error.no-such-source.hint": Text(
        "Give the path of a model folder, of a .safetensors or .gguf file, or a name on the hub: org/name.",
        "Geef het pad van een modelmap, van een .safetensors- of .gguf-bestand, of een naam op de hub als "
        "org/naam.",
    ),
    "error.unsafe-weights": Text(
        "“{name}” is a pickled file: such a one can run programs on your computer, so it is not opened.",
        "“{name}” is een pickled bestand: dat kan programma's starten op je computer, dus het blijft dicht.",
    ),
    "error.unsafe-weights.hint": Text(
        "Look for the same model as .safetensors; most authors offer it.",
        "Zoek hetzelfde model als .safetensors; de meeste makers bieden dat aan.",
    ),
    "error.scaled-fp8": Text(
        "“{name}” holds numbers in a scaled format that Oelala cannot read; guessing would spoil the clip.",
        "“{name}” bevat getallen in een geschaald formaat dat Oelala niet kan lezen; gokken bederft de clip.",
    ),
    "error.scaled-fp8.hint": Text(
        "Take the bf16, fp16, fp8_scaled or GGUF file of the same model.",
        "Neem het bestand in bf16, fp16, fp8_scaled of GGUF van hetzelfde model.",
    ),
    "error.is-a-lora": Text("“{name}” is a LoRA, not a model.", "“{name}” is een LoRA, geen model."),
    "error.is-a-lora.hint": Text(
        "Oelala takes LoRAs of its own list so far: those under Speed. Add the model it was made for.",
        "Oelala gebruikt voorlopig LoRA's van de eigen lijst: die onder Snelheid. Voeg het model toe "
        "waarvoor hij is gemaakt.",
    ),
    "error.part-of-a-model": Text(
        "“{name}” is a part of a model ({what}), not one that makes clips.",
        "“{name}” is een onderdeel van een model ({what}), niet een dat clips maakt.",
    ),
    "error.part-of-a-model.hint": Text(
        "Add the transformer's file; text encoder and VAE come along by themselves.",
        "Voeg het bestand van de transformer toe; tekst-encoder en VAE komen vanzelf mee.",
    ),
    "error.other-family": Text(
        "“{name}” belongs to {what}; Oelala cannot run it from this form.",
        "“{name}” hoort bij {what}; Oelala kan het in deze vorm niet gebruiken.",
    ),
    "error.other-family.hint": Text(
        "Single files work for Wan alone. Other models come as a folder or by their name on the hub; "
        "“models” lists which there are, and which of them this version has a use for.",
        "Losse bestanden werken alleen voor Wan. Andere modellen komen als map of met hun naam op de hub; "
        "“models” toont welke er zijn, en met welke deze versie iets kan.",
    ),
    "error.unknown-weights": Text(
        "“{name}” has the shape of no model that Oelala knows ({reason}).",
        "“{name}” heeft de vorm van geen model dat Oelala kent ({reason}).",
    ),
    "error.unknown-weights.hint": Text(
        "“models” lists what Oelala can run; fine-tunes of those work, other sizes do not.",
        "“models” toont wat Oelala kan gebruiken; varianten daarvan werken, andere formaten niet.",
    ),
    "error.broken-weights": Text(
        "“{name}” is damaged or no file of weights: {reason}",
        "“{name}” is kapot of geen bestand met gewichten: {reason}",
    ),
    "error.broken-weights.hint": Text(
        "Fetch it again; perhaps the download was cut off.", "Haal het opnieuw op; misschien brak het af."
    ),
    "error.not-a-model": Text(
        "“{name}” is no model folder: it has no model_index.json that can be read.",
        "“{name}” is geen modelmap: er is geen leesbaar model_index.json.",
    ),
    "error.not-a-model.hint": Text(
        "Choose the folder that holds model_index.json, or a single .safetensors or .gguf file.",
        "Kies de map met model_index.json, of een los .safetensors- of .gguf-bestand.",
    ),
    "error.choose-a-file": Text(
        "“{repo}” holds single files. Choose one of them.", "“{repo}” bevat losse bestanden. Kies er een."
    ),
    "error.choose-a-file.hint": Text(
        "Add it as {repo}/FILE. There are: {files}", "Voeg toe als {repo}/BESTAND. Er zijn: {files}"
    ),
    "error.two-experts": Text(
        "This model has two files, one for high and one for low noise: {name}",
        "Dit model heeft twee bestanden, een voor hoge en een voor lage ruis: {name}",
    ),
    "error.two-experts.hint": Text(
        "Add both at once: models add HIGH LOW. Their names must say “high” and “low”.",
        "Voeg beide tegelijk toe: models add HOOG LAAG. In de namen moet “high” en “low” staan.",
    ),
    "error.already-added": Text(
        "This model is in the list already: {model}", "Dit model staat al in de lijst: {model}"
    ),
    "error.already-added.hint": Text(
        "Use it by that name, or remove it first.", "Gebruik het onder die naam, of verwijder het eerst."
    ),
    "fits.gpu": Text(
        "Fits the graphics card ({need} of {have}).", "Past op de grafische kaart ({need} van {have})."
    ),
    "fits.cpu": Text(
        "Runs on the processor ({need} of {have} memory).",
        "Draait op de processor ({need} van {have} geheugen).",
    ),
    "fits.streamed": Text(
        "Larger than the graphics card ({need}, it has {have}): parts wait in main memory, which is slower.",
        "Groter dan de grafische kaart ({need}, die heeft {have}): delen wachten in het gewone geheugen. "
        "Dat is trager.",
    ),
    "fits.from-disk": Text(
        "Larger than the graphics card ({need}, it has {have}) and than main memory: parts are read from the "
        "disk again and again. A fast SSD helps.",
        "Groter dan de grafische kaart ({need}, die heeft {have}) en dan het gewone geheugen: delen worden "
        "telkens opnieuw van de schijf gelezen. Een snelle SSD helpt.",
    ),
    "fits.rounded": Text(
        "Larger than the graphics card ({need}, it has {have}) and than main memory: its weights are rounded "
        "to 8 bits, which changes the picture a little.",
        "Groter dan de grafische kaart ({need}, die heeft {have}) en dan het gewone geheugen: de gewichten "
        "worden afgerond op 8 bits. Dat verandert het beeld een beetje.",
    ),
    "fits.smaller.rounded": Text(
        "Fits at {size} ({need} of {have} on the graphics card), with weights rounded to 8 bits. Its own "
        "size is too large for this card.",
        "Past op {size} ({need} van {have} op de grafische kaart), met gewichten afgerond op 8 bits. De "
        "eigen maat is daar te groot voor.",
    ),
    "fits.instead": Text(
        "What does fit here is {model} ({id}): {size} to download.",
        "Wat hier wel past, is {model} ({id}): {size} ophalen.",
    ),
    "fits.instead.here": Text(
        "What does fit is {model} ({id}), which is on this computer.",
        "Wat wel past, is {model} ({id}); die staat al op deze computer.",
    ),
    "fits.smaller.gpu": Text(
        "Fits at {size} ({need} of {have} on the graphics card). Its own size is too large for this card.",
        "Past op {size} ({need} van {have} op de grafische kaart). De eigen maat is daar te groot voor.",
    ),
    "fits.smaller.cpu": Text(
        "Runs on the processor at {size} ({need} of {have} memory). Its own size is too large here.",
        "Draait op de processor op {size} ({need} van {have} geheugen). De eigen maat is hier te groot.",
    ),
    "fits.too-little-vram": Text(
        "Needs {need} on the graphics card; of this one about {have} can be had.",
        "Vraagt {need} op de grafische kaart; van deze is ongeveer {have} te krijgen.",
    ),
    "plan.fits": Text(
        "Fits: {need} of {have} on the graphics card, about {time}.",
        "Past: {need} van {have} op de grafische kaart, ongeveer {time}.",
    ),
    "plan.fits.untimed": Text(
        "Fits: {need} of {have} on the graphics card. How long it takes is known after the first clip.",
        "Past: {need} van {have} op de grafische kaart. Hoe lang het duurt, is na de eerste clip bekend.",
    ),
    "plan.fits.cpu": Text(
        "Fits: {need} of {have} memory, about {time} on the processor.",
        "Past: {need} van {have} geheugen, ongeveer {time} op de processor.",
    ),
    "plan.fits.cpu.untimed": Text(
        "Fits: {need} of {have} memory. How long it takes is known after the first clip.",
        "Past: {need} van {have} geheugen. Hoe lang het duurt, is na de eerste clip bekend.",
    ),
    "plan.too-little-vram": Text(
        "Too large: needs {need} on the graphics card, where {have} can be had now. Fewer pixels or frames "
        "help, or closing other programs.",
        "Te groot: vraagt {need} op de grafische kaart; daar is nu {have} te krijgen. Minder pixels of "
        "beelden helpt, of andere programma's sluiten.",
    ),
    "plan.too-little-ram": Text(
        "Too large: needs {need} of memory, and {have} can be had now. A smaller model helps, or closing "
        "other programs.",
        "Te groot: vraagt {need} geheugen; er is nu {have} te krijgen. Een kleiner model helpt, of andere "
        "programma's sluiten.",
    ),
    "plan.loading": Text(
        "Of that, loading the model takes about {time}.",
        "Het model laden kost daarvan ongeveer {time}.",
    ),
    "plan.unused-card": Text(
        "The {card} cannot be used; “doctor” tells why.",
        "De {card} is niet te gebruiken; “doctor” zegt waarom.",
    ),
    "plan.streamed": Text(
        "Parts of the model wait in main memory and pass through the card.",
        "Delen van het model wachten in het gewone geheugen en gaan door de kaart heen.",
    ),
    "plan.from-disk": Text(
        "Parts of the model are read from the disk again and again, and pass through the card. A fast SSD "
        "helps.",
        "Delen van het model worden telkens opnieuw van de schijf gelezen en gaan door de kaart heen. Een "
        "snelle SSD helpt.",
    ),
    "plan.taught": Text(
        "Memory ran out with such a clip before, so this one starts with less of the model on the card.",
        "Bij zo'n clip raakte het geheugen eerder vol, dus deze begint met minder van het model op de kaart.",
    ),
    "plan.int8": Text(
        "Its weights are kept in 8 bits, which changes the picture a little.",
        "De gewichten staan in 8 bits; dat verandert het beeld een beetje.",
    ),
    "plan.attention": Text(
        "Attention goes through {name}, measured to be the fastest here.",
        "Attention gaat via {name}; dat bleek hier het snelst.",
    ),
    "plan.chunk": Text(
        "Decodes {chunk} frames at once instead of {wished}, which changes the picture a little.",
        "Decodeert {chunk} beelden per keer in plaats van {wished}; dat verandert het beeld een beetje.",
    ),
    "plan.lossy.first-block-cache": Text(
        "Skips similar steps: faster than said, and not the same clip.",
        "Slaat gelijkende stappen over: sneller dan gezegd, en niet dezelfde clip.",
    ),
    "plan.lossy.sage-attention": Text(
        "Attention in 8 bits (SageAttention): not the same clip.",
        "Attention in 8 bits (SageAttention): niet dezelfde clip.",
    ),
    "plan.download": Text("{size} to download first.", "Eerst {size} ophalen."),
    "plan.download.timed": Text(
        "{size} to download first, which takes about {time}.",
        "Eerst {size} ophalen; dat duurt ongeveer {time}.",
    ),
    "plan.disk-short": Text(
        "{size} to download first, and the disk has no room for that.",
        "Eerst {size} ophalen, en daar is geen ruimte voor op de schijf.",
    ),
    "fits.too-little-ram": Text(
        "Needs {need} of memory; of this computer's about {have} can be had.",
        "Vraagt {need} geheugen; van deze computer is ongeveer {have} te krijgen.",
    ),
}
