"""Wordings for where it is and how it is filmed, and what people say around it."""

from typing import Final

from oelala.mini.words.people import Table

SHOTS: Final[dict[str, Table]] = {
    "en": {
        "full body": ("full body", "full-body shot", "from head to toe", "whole body in view", "wide shot"),
        "waist up": ("waist up", "medium shot", "half body", "from the waist up", "upper body"),
        "close-up": ("close-up", "close up of the face", "portrait", "head and shoulders", "close shot"),
    },
    "nl": {
        "full body": ("ten voeten uit", "hele lichaam in beeld", "van top tot teen", "volledig in beeld",
                      "totaalbeeld"),
        "waist up": ("vanaf het middel", "half in beeld", "bovenlichaam", "medium shot", "tot het middel"),
        "close-up": ("close-up", "van dichtbij", "portret", "hoofd en schouders", "gezicht van dichtbij"),
    },
}  # fmt: skip
VIEWS: Final[dict[str, Table]] = {
    "en": {
        "front": ("from the front", "facing the camera", "seen from the front", "front view",
                  "looking at us"),
        "three-quarter left": ("turned a little to the left", "three-quarter view from the left",
                               "facing slightly left", "angled to the left", "half turned left"),
        "three-quarter right": ("turned a little to the right", "three-quarter view from the right",
                                "facing slightly right", "angled to the right", "half turned right"),
        "left side": ("facing left", "in profile to the left", "side view, looking left",
                      "turned to the left",
                      "seen from the side, facing left"),
        "right side": ("facing right", "in profile to the right", "side view, looking right",
                       "turned to the right", "seen from the side, facing right"),
        "back": ("from behind", "seen from the back", "back view", "with the back to the camera",
                 "facing away"),
    },
    "nl": {
        "front": ("van voren", "naar de camera gericht", "van voren gezien", "vooraanzicht", "kijkt ons aan"),
        "three-quarter left": ("een beetje naar links gedraaid", "driekwart van links", "iets naar links",
                               "schuin naar links", "half naar links"),
        "three-quarter right": ("een beetje naar rechts gedraaid", "driekwart van rechts", "iets naar rechts",
                                "schuin naar rechts", "half naar rechts"),
        "left side": ("kijkt naar links", "van opzij, naar links", "in profiel naar links",
                      "naar links gedraaid", "zijaanzicht naar links"),
        "right side": ("kijkt naar rechts", "van opzij, naar rechts", "in profiel naar rechts",
                       "naar rechts gedraaid", "zijaanzicht naar rechts"),
        "back": ("van achteren", "op de rug gezien", "achteraanzicht", "met de rug naar de camera",
                 "van achteren gezien"),
    },
}  # fmt: skip
WALLS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("in front of a {} wall", "against a {} background", "{} background", "before a {} backdrop",
           "in a {} room", "in a {} studio", "with a {} background behind"),
    "nl": ("voor een {} muur", "tegen een {} achtergrond", "{} achtergrond", "voor een {} wand",
           "in een {} kamer", "in een {} studio", "met een {} achtergrond"),
}  # fmt: skip
PLACES: Final[dict[str, Table]] = {
    "en": {
        "park": ("in the park", "on the grass", "in a green meadow", "outdoors in a field", "on a lawn"),
        "beach": ("on the beach", "at the seaside", "by the sea", "on the sand", "at the shore"),
        "stage": ("on a stage", "in a theatre", "in the spotlight", "on stage before a curtain", "at a show"),
        "snow": ("in the snow", "in a snowy field", "in winter", "on a snowy plain",
                 "in a white winter world"),
        "sunset": ("at sunset", "in the evening sun", "under an evening sky", "at dusk",
                   "as the sun goes down"),
    },
    "nl": {
        "park": ("in het park", "op het gras", "in een groene wei", "buiten in een veld", "op een grasveld"),
        "beach": ("op het strand", "aan zee", "aan de kust", "op het zand", "bij de zee"),
        "stage": ("op een podium", "in het theater", "in de schijnwerpers", "op het toneel", "voor een doek"),
        "snow": ("in de sneeuw", "in een besneeuwd veld", "in de winter", "op een sneeuwvlakte", "in de kou"),
        "sunset": ("bij zonsondergang", "in de avondzon", "onder een avondlucht", "in de schemering",
                   "als de zon ondergaat"),
    },
}  # fmt: skip
LIGHTS: Final[dict[str, Table]] = {
    "en": {
        "neutral": ("",),
        "warm": ("warm light", "in warm light", "golden light", "cosy lighting", "lamplight"),
        "cool": ("cool light", "in cold light", "bluish light", "cool lighting", "moonlight"),
        "dim": ("dim light", "in the half dark", "low light", "dimly lit", "little light"),
        "bright": ("bright light", "brightly lit", "in full light", "strong light", "well lit"),
    },
    "nl": {
        "neutral": ("",),
        "warm": ("warm licht", "in warm licht", "gouden licht", "gezellig licht", "lamplicht"),
        "cool": ("koel licht", "in koud licht", "blauwig licht", "kil licht", "maanlicht"),
        "dim": ("gedempt licht", "in het halfdonker", "weinig licht", "schemerig licht", "zwak licht"),
        "bright": ("fel licht", "helder verlicht", "in het volle licht", "sterk licht", "goed verlicht"),
    },
}
FILLER: Final[dict[str, tuple[str, ...]]] = {
    "en": ("", "", "", "a video of", "a clip of", "please show", "i want to see", "make", "here we see",
           "short film of", "animation of", "can you show me"),
    "nl": ("", "", "", "een video van", "een filmpje van", "laat eens zien:", "ik wil graag", "maak",
           "hier zien we", "een animatie van", "kun je laten zien:", "graag"),
}  # fmt: skip
TAILS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("", "", "", "", "high quality", "nice and smooth", "for two seconds", "please", "cinematic", "4k"),
    "nl": (
        "",
        "",
        "",
        "",
        "hoge kwaliteit",
        "mooi vloeiend",
        "twee seconden lang",
        "alsjeblieft",
        "graag mooi",
    ),
}
