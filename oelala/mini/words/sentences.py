"""Wordings in whole sentences, English and Dutch: what somebody wears, has and does, and what is behind."""

from typing import Final

# {she}: she or he; {her}: her or his; {top}, {bottom}: garments; {a}, {b}, {c}: their colours and the wall's,
# as they stand alone; {A}, {B}, {C}: the same before a noun. Dutch has the two forms, English one.
CLOTHES: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "{her} {top} is {a} and {her} {bottom} {b}",
        "the {top} is {a}, the {bottom} {b}",
        "{she} wears a {A} {top} and {B} {bottom}",
        "{her} {bottom} is {b}, {her} {top} is {a}",
        "the colour of the {top} is {a}, that of the {bottom} is {b}",
        "on top a {A} {top}, below it {B} {bottom}",
    ),
    "nl": (
        "{her} {top} is {a} en {her} {bottom} is {b}",
        "de {top} is {a}, de {bottom} {b}",
        "{she} draagt een {A} {top} en een {B} {bottom}",
        "{her} {bottom} is {b}, {her} {top} is {a}",
        "de kleur van de {top} is {a}, die van de {bottom} is {b}",
        "van boven een {A} {top}, daaronder een {B} {bottom}",
    ),
}
WALL: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "the wall is {c}",
        "the background is {c}",
        "the wall behind {them} is {c}",
        "behind {them} is a {C} wall",
        "background: {c}",
        "the room behind {them} is all {c}",
    ),
    "nl": (
        "de muur is {c}",
        "de achtergrond is {c}",
        "de muur achter {them} is {c}",
        "achter {them} is een {C} muur",
        "achtergrond: {c}",
        "de kamer achter {them} is helemaal {c}",
    ),
}
# What comes before a description of hair, of an action, and of a shot.
HAS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("{she} is {bare}", "you see {them} {bare}", "{bare}"),
    "nl": ("{she} is {bare}", "je ziet {them} {bare}", "{bare}"),
}
DOES: Final[dict[str, tuple[str, ...]]] = {
    "en": ("{she} is {does}", "the {person} is {does}", "you see {them} {does}", "what {she} does: {does}"),
    "nl": ("{she} {does}", "de {person} {does}", "je ziet hoe {she} {does}", "wat {she} doet: {she} {does}"),
}
PRONOUNS: Final[dict[str, dict[str, tuple[str, str, str]]]] = {
    "en": {"woman": ("she", "her", "her"), "man": ("he", "his", "him")},
    "nl": {"woman": ("ze", "haar", "haar"), "man": ("hij", "zijn", "hem")},
}
