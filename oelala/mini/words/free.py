"""Forms of a grammar without fixed sentences, English and Dutch. `captions_free` fills them in.

{n} noun, {d} the noun with a determiner, {c} its colour as it stands alone, {C} before a noun, {l} what links
a noun to its colour, {s} a sign, {v} a verb of making, {~} maybe a meaningless word, {she} {her} {them}
pronouns, {x} whatever else is told. The last two forms of every table are never trained on: they validate.
"""

from typing import Final

Forms = dict[str, tuple[str, ...]]

HELD_OUT = 2
LINKS: Final[Forms] = {
    "en": ("is", "is", "is", "in", "in", "looks", "was", "are", "being", "should be", "must be", "has to be",
           "of the colour", "has the colour", "comes in", "coloured", "dyed", "painted", "that is",
           "which is",
           "turns", "became", "wants to be", "needs to be", "gets", "will be", "goes", "shines", "done in",
           "as",
           "made", "can be", "all in", "and it is", "isn't anything but", "equals", "appears", "has gone"),
    "nl": ("is", "is", "is", "in", "in", "in het", "lijkt", "was", "zijn", "wordt", "moet", "moet zijn",
           "heet",
           "heeft de kleur", "van kleur", "geverfd in", "uitgevoerd in", "dat", "die is", "kleurt", "werd",
           "blijft",
           "hoort te zijn", "mag", "mag zijn", "krijgt", "zal zijn", "ziet eruit als", "gemaakt in",
           "kan zijn",
           "helemaal in het", "en die is", "zou zijn", "als", "toont zich", "gaat in"),
}  # fmt: skip
SIGNS: Final = (":", ":", "=", "-", "–", "->", "→", "/", "|", ",", "…", "~", "::", ">", "_", "==", "·", ";")
VERBS: Final[Forms] = {
    "en": ("make", "paint", "colour", "keep", "let", "i want", "choose", "pick", "dye", "give me",
           "render", "draw",
           "turn", "have", "imagine", "take", "please make", "we made", "somebody painted", "i'd like",
           "show", "set",
           "get", "leave", "design", "i wish for", "prefer"),
    "nl": ("maak", "verf", "kleur", "houd", "laat", "ik wil", "kies", "neem", "geef me", "teken", "toon",
           "doe",
           "stel", "ik maakte", "iemand verfde", "ik wens", "graag", "zet", "pak", "we kozen", "bedenk",
           "liefst",
           "schilder", "ik zoek", "ontwerp", "ik zie graag"),
}  # fmt: skip
# Any noun and its colour.
COLOURED: Final[Forms] = {
    "en": ("{C} {n}", "{C} {n}", "{C} {n}", "a {C} {n}", "the {C} {n}", "{her} {C} {n}", "one {C} {n}",
           "that {C} {n}",
           "{d} {l} {~} {c}", "{d} {l} {~} {c}", "{d} {l} {c}", "{d} {l} {c}", "{d} {l} {c}", "{n} {l} {c}",
           "{n} {c}", "{d} {c}", "{n} {s} {c}", "{n} {s} {c}", "{n}: {c}", "{c} {s} {n}", "{c} {s} {n}",
           "{n} ({c})",
           "({n} {s} {c})", "[{n}: {c}]", "{c} ({n})", "{n} '{c}'", '"{C} {n}"', "{v} {d} {c}",
           "{v} {d} {~} {c}",
           "{v} a {C} {n}", "{v} {d} to be {c}", "{c} {l} {d}", "{c} for {d}", "{c} is what {d} {l}",
           "{~} {c} is {d}",
           "as for {d}: {c}", "for {d} {v} {c}", "{d}, {~} {c}", "{c}, that's {d}", "{c} goes to {d}",
           "{c} on {d}",
           "colour of {d} {s} {c}", "{n} colour {s} {c}", "what colour is {d}? {c}", "is {d} {c}? yes",
           "{n} of {c}",
           "{d} has been {v} {c}", "{c} covers {d}", "with {d} {c}", "with {n} in {c}", "{d} that i call {c}",
           "{c} as {n}", "not just any {n} but a {C} one", "a {n}, a {C} one", "{d} in {~} {c}",
           "{C} {C} {n}",
           "{n} must be {c} {~}", "{~} {C} {n}", "{n}, {c}", "{n} - {c} -", "{c}-coloured {n}",
           "so {c} is {d}",
           "about {d}, it is {c}", "{d}? that would be {c}"),
    "nl": ("{C} {n}", "{C} {n}", "{C} {n}", "een {C} {n}", "de {C} {n}", "{her} {C} {n}", "zo'n {C} {n}",
           "die {C} {n}",
           "{d} {l} {~} {c}", "{d} {l} {~} {c}", "{d} {l} {c}", "{d} {l} {c}", "{d} {l} {c}", "{n} {l} {c}",
           "{n} {c}", "{d} {c}", "{n} {s} {c}", "{n} {s} {c}", "{n}: {c}", "{c} {s} {n}", "{c} {s} {n}",
           "{n} ({c})",
           "({n} {s} {c})", "[{n}: {c}]", "{c} ({n})", "{n} '{c}'", '"{C} {n}"', "{v} {d} {c}",
           "{v} {d} {~} {c}",
           "{v} een {C} {n}", "{v} dat {d} {c} is", "{c} {l} {d}", "{c} voor {d}", "{c} is hoe {d} {l}",
           "{~} {c} is {d}", "wat {d} betreft: {c}", "voor {d} {v} {c}", "{d}, {~} {c}", "{c}, dat is {d}",
           "{c} hoort bij {d}", "{c} op {d}", "kleur van {d} {s} {c}", "{n} kleur {s} {c}",
           "welke kleur heeft {d}? {c}", "is {d} {c}? ja", "{n} van {c}", "{c} bedekt {d}", "met {d} {c}",
           "met {n} in {c}", "{d} die ik {c} noem", "{c} als {n}", "niet zomaar een {n} maar een {C}",
           "een {n}, een {C}", "{d} in {~} {c}", "{C} {C} {n}", "{n} moet {c} zijn {~}", "{~} {C} {n}",
           "{n}, {c}",
           "{n} - {c} -", "{c}kleurig: {n}", "zo {c} is {d}", "over {d}: {~} {c}", "{d}? die zou {c} zijn"),
}  # fmt: skip
# What only clothes can be said to be; {up} is on top, or below.
CLOTHES: Final[Forms] = {
    "en": ("wearing {C} {n}", "wearing a {C} {n}", "{she} wears {C} {n}", "{she} has a {C} {n} on",
           "put {C} {n} on {them}",
           "dressed in {C} {n}", "in a {C} {n}", "in {C} {n}", "{up} {C} {n}", "{up}: {C} {n}",
           "{up} {n} {s} {c}",
           "{up} {c} {s} {n}", "{up}, {C} {n}", "{up} {c}, {n}", "someone gave {them} a {C} {n}",
           "{she} chose a {C} {n}",
           "{she} put on {C} {n}", "wear a {C} {n}", "clothes {s} {C} {n}", "{v} {them} a {C} {n}",
           "{her} {n} {l} {c}",
           "{her} {n} {l} {c}", "{her} {n}: {c}", "{c} {l} {her} {n}", "a {n} dyed {c}", "clad in {n}, {c}",
           "{she} bought {d} in {c}", "{she} loves {her} {C} {n}", "{them} in {C} {n}",
           "who wears {d} in {c}",
           "{up} you find {C} {n}", "{she} picked {c} as {her} {n}"),
    "nl": ("draagt {C} {n}", "draagt een {C} {n}", "{she} draagt {C} {n}", "{she} heeft een {C} {n} aan",
           "trek {them} een {C} {n} aan", "gekleed in {C} {n}", "in een {C} {n}", "met {C} {n}",
           "{up} {C} {n}",
           "{up}: {C} {n}", "{up} {n} {s} {c}", "{up} {c} {s} {n}", "{up}, {C} {n}", "{up} {c}, {n}",
           "iemand gaf {them} een {C} {n}", "{she} koos een {C} {n}", "{she} trok {C} {n} aan",
           "met een {C} {n} aan",
           "kleren {s} {C} {n}", "{v} {them} een {C} {n}", "{her} {n} {l} {c}", "{her} {n} {l} {c}",
           "{her} {n}: {c}",
           "{c} {l} {her} {n}", "een {n} geverfd in {c}", "gehuld in {n}, {c}", "{she} kocht {d} in het {c}",
           "{she} houdt van {her} {C} {n}", "{them} in {C} {n}", "die {d} in {c} draagt",
           "{up} vind je {C} {n}",
           "{she} nam {c} voor {her} {n}"),
}  # fmt: skip
# What only a wall can.
BEHIND: Final[Forms] = {
    "en": ("in front of a {C} {n}", "in front of {d}, {c}", "before a {C} {n}", "against a {C} {n}",
           "against {d} in {c}",
           "behind {them} {C} {n}", "behind {them}: {C} {n}", "behind {them} everything is {c}",
           "{c} behind {them}",
           "{C} {n} behind {them}", "{d} behind {them} {l} {c}", "{d} behind {them} {l} {c}",
           "all {c} in the back",
           "at the back {s} {c}", "paint {d} {c}", "{C} paint on {d}",
           "{she} stands before {d}, which is {c}",
           "backed by a {C} {n}", "{d} at the back {l} {c}", "{c} all around", "with {c} as {n}",
           "in a {C} {n}",
           "far behind {C} {n}", "{d} was built in {c}", "nothing but {c} behind {them}",
           "{them} and behind that {c}"),
    "nl": ("voor een {C} {n}", "voor {d}, {c}", "voor een {C} {n}", "tegen een {C} {n}", "tegen {d} in {c}",
           "achter {them} {C} {n}", "achter {them}: {C} {n}", "achter {them} is alles {c}",
           "{c} achter {them}",
           "{C} {n} achter {them}", "{d} achter {them} {l} {c}", "{d} achter {them} {l} {c}",
           "achteraan alles {c}",
           "achterin {s} {c}", "verf {d} {c}", "{C} verf op {d}", "{she} staat voor {d}, die is {c}",
           "met een {C} {n} erachter", "{d} daarachter {l} {c}", "rondom {c}", "met {c} als {n}",
           "in een {C} {n}",
           "ver daarachter {C} {n}", "{d} werd gebouwd in {c}", "niets dan {c} achter {them}",
           "{them} en daarachter {c}"),
}  # fmt: skip
# Two garments in one clause: {n} {d} {c} {C} are the first's, {N} {D} {k} {K} the other's.
PAIRS: Final[Forms] = {
    "en": ("{C} {n} and {K} {N}", "{C} {n}, {K} {N}", "{c} {n} with {K} {N}", "{d} and {D} are {c} and {k}",
           "{d} and {D}: {c} and {k}", "{n}/{N}: {c}/{k}", "{n}, {N} {s} {c}, {k}",
           "{c} for {d}, {k} for {D}",
           "{d} {l} {c}, while {D} {l} {k}", "{d} {l} {c} but {D} {k}", "{n} {c}, {N} {k}",
           "{c} over {k}: {n} over {N}",
           "{n} in {c} plus {N} in {k}", "{c} is {d} and {k} is {D}", "{she} wears {n} ({c}) and {N} ({k})",
           "{d}, {c}, goes with {D}, {k}", "{C} {n} together with {d2} {K} {N}"),
    "nl": ("{C} {n} en {K} {N}", "{C} {n}, {K} {N}", "{c} {n} met {K} {N}", "{d} en {D} zijn {c} en {k}",
           "{d} en {D}: {c} en {k}", "{n}/{N}: {c}/{k}", "{n}, {N} {s} {c}, {k}",
           "{c} voor {d}, {k} voor {D}",
           "{d} {l} {c}, terwijl {D} {k} {l}", "{d} {l} {c} maar {D} {k}", "{n} {c}, {N} {k}",
           "{c} boven {k}: {n} boven {N}", "{n} in {c} plus {N} in {k}", "{c} is {d} en {k} is {D}",
           "{she} draagt {n} ({c}) en {N} ({k})", "{d}, {c}, past bij {D}, {k}",
           "{C} {n} samen met {d2} {K} {N}"),
}  # fmt: skip
# What else: hair, action, shot, place, view, light; {x} is told, {t} names its kind.
TOLD: Final[Forms] = {
    "en": ("{x}", "{x}", "{x}", "{x}", "{t}: {x}", "{t} {s} {x}", "({x})", "[{t}: {x}]", "- {x}",
           "{x} {~}", "{~} {x}",
           "{v} it {x}", "{x}, {~}", "{x} {s} {t}", "'{x}'", "it is {x}", "this is {x}",
           "{t} as follows: {x}",
           "{x} too", "{x}!", "{t}? {x}", "remember, {x}"),
    "nl": ("{x}", "{x}", "{x}", "{x}", "{t}: {x}", "{t} {s} {x}", "({x})", "[{t}: {x}]", "- {x}",
           "{x} {~}", "{~} {x}",
           "{v} het {x}", "{x}, {~}", "{x} {s} {t}", "'{x}'", "het is {x}", "dit is {x}",
           "{t} als volgt: {x}",
           "{x} ook", "{x}!", "{t}? {x}", "onthoud, {x}"),
}  # fmt: skip
