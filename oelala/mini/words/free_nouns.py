"""Nouns, verbs and small words for the grammar of `free`, English and Dutch."""

from typing import Final

from oelala.mini.words.free import Forms
from oelala.mini.words.people import Table

WALL_NOUNS: Final[Forms] = {
    "en": ("wall", "wall", "wall", "background", "background", "backdrop", "room", "studio", "back wall",
           "walls",
           "backcloth", "scenery", "surroundings", "set", "bg", "wallpaper", "screen behind", "space behind"),
    "nl": ("muur", "muur", "muur", "achtergrond", "achtergrond", "wand", "kamer", "studio", "achterwand",
           "muren",
           "achterdoek", "decor", "omgeving", "behang", "achtermuur", "scherm erachter", "ruimte erachter"),
}  # fmt: skip
# Names for what is worn above and below, where its kind is not told.
ANY_NOUNS: Final[dict[str, Table]] = {
    "en": {"top": ("top", "upper garment", "upper half", "upper part", "top half"),
           "bottom": ("bottoms", "bottom", "lower garment", "lower half", "legs", "lower part")},
    "nl": {"top": ("bovenkant", "bovenstuk", "bovenkleding", "bovenste deel", "bovenstukje"),
           "bottom": ("onderkant", "onderstuk", "onderkleding", "onderste deel", "benen")},
}  # fmt: skip
PLACED: Final[dict[str, Table]] = {
    "en": {"top": ("on top", "above", "up top", "upper body", "top", "first", "over it"),
           "bottom": ("below", "under it", "underneath", "legs", "bottom", "down there", "lower body")},
    "nl": {"top": ("van boven", "boven", "bovenaan", "bovenlijf", "om het bovenlijf", "eerst"),
           "bottom": ("daaronder", "onder", "van onderen", "benen", "om de benen", "onderaan")},
}  # fmt: skip
DETERMINERS: Final[Forms] = {
    "en": ("the", "the", "the", "a", "", "{her}", "this", "that", "one", "my", "our", "some", "any", "every"),
    "nl": (
        "de",
        "de",
        "het",
        "een",
        "",
        "{her}",
        "deze",
        "die",
        "dat",
        "dit",
        "mijn",
        "onze",
        "zo'n",
        "elke",
    ),
}
KINDS: Final[dict[str, Forms]] = {
    "en": {"hair": ("hair", "haircut", "hairdo", "head"), "action": ("action", "movement", "doing",
                    "motion", "what happens"),
           "shot": ("shot", "camera", "framing", "picture", "frame"), "place": ("place", "where",
                    "location", "setting"),
           "view": ("view", "angle", "seen"), "light": ("light", "lighting", "lit"), "person": ("who",
                    "person", "subject")},
    "nl": {"hair": ("haar", "kapsel", "haardracht", "hoofd"), "action": ("actie", "beweging", "doet",
                    "wat er gebeurt"),
           "shot": ("beeld", "camera", "kader", "opname"), "place": ("plek", "waar", "plaats", "locatie"),
           "view": ("hoek", "gezien", "kant"), "light": ("licht", "belichting", "verlichting"),
           "person": ("wie", "persoon", "onderwerp")},
}  # fmt: skip
# Infinitives; English ones take an s by rule.
INFINITIVES: Final[dict[str, Table]] = {
    "en": {"standing": ("stand", "stand still", "wait", "just stand"), "waving": ("wave", "wave a hand",
                        "wave hello", "greet us"),
           "walking": ("walk", "stroll", "take a walk", "walk along"), "jumping": ("jump", "leap", "hop",
                       "jump up and down"),
           "squatting": ("squat", "crouch", "do squats", "do knee bends"),
           "raising both arms": ("raise both arms", "lift both arms", "raise the arms", "put both hands up"),
           "dancing": ("dance", "do a dance", "dance along", "move to music"), "clapping": ("clap",
                       "applaud", "clap hands"),
           "bowing": ("bow", "take a bow", "make a bow", "bend forward"),
           "boxing": ("box", "punch the air", "throw punches", "shadow box")},
    "nl": {"standing": ("staan", "stilstaan", "blijven staan", "wachten"), "waving": ("zwaaien", "groeten",
                        "gedag zwaaien"),
           "walking": ("lopen", "wandelen", "stappen"), "jumping": ("springen", "huppen",
                       "op en neer springen"),
           "squatting": ("hurken", "kniebuigingen maken", "squats doen"),
           "raising both arms": ("beide armen heffen", "de armen omhoog steken", "beide armen optillen"),
           "dancing": ("dansen", "een dansje doen", "vrolijk dansen"), "clapping": ("klappen",
                       "applaudisseren"),
           "bowing": ("buigen", "een buiging maken", "vooroverbuigen"), "boxing": ("boksen",
                      "stoten geven", "schaduwboksen")},
}  # fmt: skip
# {inf} infinitive, {s3} third person, {does} as in ACTIONS: waving, or zwaait. The last two validate.
ACTS: Final[Forms] = {
    "en": ("{does}", "{does}", "{she} is {does}", "{inf}", "{inf}!", "{she} {s3}", "{p} {s3}",
           "the {p} is {does}",
           "let {them} {inf}", "make {them} {inf}", "{she} can {inf}", "{she} has to {inf}",
           "{she} wants to {inf}",
           "will {inf}", "busy {does}", "while {does}", "starts {does}", "keeps {does}", "who {s3}",
           "watch {them} {inf}",
           "told to {inf}", "now {inf}", "to {inf}", "{does}, {does}", "{she} loves {does}",
           "i saw {them} {does}",
           "go on, {inf}", "{does} is what {she} likes"),
    "nl": ("{does}", "{does}", "{she} {does}", "{inf}", "{inf}!", "die {does}", "de {p} {does}",
           "aan het {inf}",
           "laat {them} {inf}", "{she} moet {inf}", "{she} kan {inf}", "{she} wil {inf}", "zal {inf}",
           "is bezig met {inf}",
           "{she} begint te {inf}", "terwijl {she} {does}", "{she} gaat {inf}", "nu {inf}", "te {inf}",
           "{inf}, {inf}",
           "{she} houdt van {inf}", "ik zag {them} {inf}", "kijk hoe {she} {does}", "hier {does} {she}",
           "toe maar, {inf}", "{inf} is wat {she} graag doet"),
}  # fmt: skip
PERSONS: Final[Forms] = {
    "en": ("a {p}", "a {p}", "{p}", "the {p}", "it is a {p}", "one {p}", "this {p}", "there is a {p}",
           "i see a {p}",
           "{t}: {p}", "about a {p}", "hello, {p}", "dear {p}", "some {p}"),
    "nl": ("een {p}", "een {p}", "{p}", "de {p}", "het is een {p}", "één {p}", "deze {p}", "er is een {p}",
           "ik zie een {p}", "{t}: {p}", "over een {p}", "dag, {p}", "beste {p}", "zomaar een {p}"),
}  # fmt: skip
# {h} the colour or nothing. Style first, or the noun first.
HAIR_STYLES: Final[dict[str, Table]] = {
    "en": {"short": ("short", "cropped", "cut short"), "long": ("long", "down the back", "very long"),
           "bob": ("in a bob", "chin-length", "a bob"), "ponytail": ("in a ponytail", "tied back",
                   "a ponytail"),
           "bun": ("in a bun", "in a knot", "a bun"), "curly": ("curly", "in curls", "frizzy")},
    "nl": {"short": ("kort", "kort geknipt", "kortgeknipt"), "long": ("lang", "tot op de rug", "heel lang"),
           "bob": ("in een bob", "halflang", "een bob"), "ponytail": ("in een paardenstaart",
                   "in een staart", "een staart"),
           "bun": ("in een knot", "opgestoken", "een knot"), "curly": ("krullend", "met krullen",
                   "vol krullen")},
}  # fmt: skip
HAIRS: Final[Forms] = {
    "en": ("{she} has {x}", "{her} hair: {h}, {y}", "hair {y} and {h}", "hair {s} {h} {y}",
           "{h} hair, {y}", "the hair is {h}, {y}",
           "{her} hair {l} {h}, {y}", "{y}, {h} hair", "{y} {h} hair", "with {h} hair {y}",
           "{v} the hair {h}, {y}",
           "{her} hair {h} ({y})", "{h} is {her} hair, {y}"),
    "nl": ("{she} heeft {x}", "{her} haar: {h}, {y}", "haar {y} en {h}", "haar {s} {h} {y}", "{h} haar, {y}",
           "het haar is {h}, {y}", "{her} haar {l} {h}, {y}", "{y}, {h} haar", "{y} {h} haar",
           "met {h} haar {y}",
           "{v} het haar {h}, {y}", "{her} haar {h} ({y})", "{h} is {her} haar, {y}"),
}  # fmt: skip
OPENINGS: Final[Forms] = {
    "en": ("ok", "listen", "hi", "dear machine", "well", "so", "look", "once more", "task", "scene 1",
           "hey you", "oh",
           "right", "idea", "my wish", "today", "prompt", "story", "to do", "note", "um", "action",
           "good morning", "p.s."),
    "nl": ("oké", "luister", "hoi", "beste machine", "nou", "dus", "kijk", "nog een keer", "opdracht",
           "scène 1", "hé jij",
           "o", "goed", "idee", "mijn wens", "vandaag", "tekst", "verhaal", "te doen", "notitie", "eh",
           "zeg", "ps"),
}  # fmt: skip
CLOSINGS: Final[Forms] = {
    "en": ("thanks", "please", "that's all", "the end", "ok?", "got it?", "love it", "nothing else",
           "and so on", "right now",
           "see you", "amen", "you know", "no more", "fine by me"),
    "nl": ("dank je", "alsjeblieft", "dat is alles", "einde", "oké?", "snap je?", "heel graag",
           "verder niets", "enzovoort",
           "nu meteen", "tot ziens", "amen", "je weet wel", "meer niet", "prima zo"),
}  # fmt: skip
SEPARATORS: Final = (
    ". ",
    ". ",
    ", ",
    ", ",
    ", ",
    "; ",
    " - ",
    " – ",
    " / ",
    " | ",
    " ",
    " ",
    "\n",
    " & ",
    " + ",
    "... ",
    "! ",
    ": ",
)
JOINTS: Final[Forms] = {
    "en": (
        " and ",
        " while ",
        " but ",
        " then ",
        ", and ",
        " because ",
        ", also ",
        " plus ",
        " with ",
        " where ",
    ),
    "nl": (" en ", " terwijl ", " maar ", " dan ", ", en ", " want ", ", ook ", " plus ", " met ", " waar "),
}
