"""Wordings for people: colours, clothes, hair, what they do."""

from typing import Final

Table = dict[str, tuple[str, ...]]

COLOUR_WORDS: Final[dict[str, Table]] = {
    "en": {
        "black": ("black", "jet black", "dark black", "pitch black", "coal black"),
        "white": ("white", "snow white", "bright white", "plain white", "pure white"),
        "grey": ("grey", "gray", "light grey", "mid grey", "stone grey"),
        "red": ("red", "bright red", "deep red", "crimson", "scarlet"),
        "orange": ("orange", "bright orange", "tangerine", "deep orange", "carrot orange"),
        "yellow": ("yellow", "bright yellow", "lemon yellow", "sunny yellow", "canary yellow"),
        "green": ("green", "grass green", "bright green", "deep green", "emerald"),
        "blue": ("blue", "bright blue", "royal blue", "deep blue", "cobalt blue"),
        "purple": ("purple", "violet", "deep purple", "bright purple", "royal purple"),
        "pink": ("pink", "light pink", "bright pink", "rose pink", "bubblegum pink"),
        "brown": ("brown", "dark brown", "chocolate brown", "chestnut brown", "earth brown"),
        "blond": ("blond", "blonde", "golden", "fair", "golden blond"),
    },
    # Dutch adjectives: without and with the ending that follows an article.
    "nl": {
        "black": ("zwart", "zwarte", "diepzwarte", "gitzwarte", "pikzwarte"),
        "white": ("wit", "witte", "spierwitte", "helderwitte", "sneeuwwitte"),
        "grey": ("grijs", "grijze", "lichtgrijze", "steengrijze", "muisgrijze"),
        "red": ("rood", "rode", "felrode", "knalrode", "dieprode"),
        "orange": ("oranje", "oranje", "feloranje", "knaloranje", "helder oranje"),
        "yellow": ("geel", "gele", "felgele", "knalgele", "citroengele"),
        "green": ("groen", "groene", "felgroene", "grasgroene", "diepgroene"),
        "blue": ("blauw", "blauwe", "felblauwe", "koningsblauwe", "diepblauwe"),
        "purple": ("paars", "paarse", "violette", "dieppaarse", "felpaarse"),
        "pink": ("roze", "roze", "lichtroze", "felroze", "knalroze"),
        "brown": ("bruin", "bruine", "donkerbruine", "chocoladebruine", "kastanjebruine"),
        "blond": ("blond", "blonde", "goudblonde", "lichtblonde", "hoogblonde"),
    },
}
PEOPLE: Final[dict[str, Table]] = {
    "en": {
        "woman": ("woman", "lady", "girl", "female", "young woman"),
        "man": ("man", "guy", "boy", "gentleman", "young man"),
        "person": ("person", "somebody", "someone", "character", "figure"),
    },
    "nl": {
        "woman": ("vrouw", "dame", "meid", "jonge vrouw", "mevrouw"),
        "man": ("man", "kerel", "jongen", "heer", "jonge man"),
        "person": ("persoon", "iemand", "mens", "figuur", "personage"),
    },
}
BUILDS: Final[dict[str, Table]] = {
    "en": {
        "slim": ("slim", "thin", "slender", "skinny", "lean"),
        "average": ("",),
        "heavy": ("heavy", "stout", "plump", "big", "chubby"),
    },
    "nl": {
        "slim": ("slanke", "dunne", "magere", "tengere", "ranke"),
        "average": ("",),
        "heavy": ("zware", "stevige", "mollige", "forse", "dikke"),
    },
}
GARMENTS: Final[dict[str, Table]] = {
    "en": {
        "t-shirt": ("t-shirt", "tshirt", "tee", "shirt", "short-sleeved shirt"),
        "sweater": ("sweater", "jumper", "pullover", "long-sleeved top", "jersey"),
        "tank top": ("tank top", "sleeveless top", "singlet", "vest top", "sleeveless shirt"),
        "jacket": ("jacket", "blazer", "coat", "suit jacket", "open jacket"),
        "trousers": ("trousers", "pants", "jeans", "slacks", "long pants"),
        "shorts": ("shorts", "short pants", "short trousers", "bermudas", "knee shorts"),
        "skirt": ("skirt", "short skirt", "knee skirt", "miniskirt", "flared skirt"),
    },
    "nl": {
        "t-shirt": ("t-shirt", "tshirt", "shirt", "shirtje", "hemd met korte mouwen"),
        "sweater": ("trui", "sweater", "pullover", "trui met lange mouwen", "jumper"),
        "tank top": ("tanktop", "hemdje", "mouwloos shirt", "topje", "mouwloos hemd"),
        "jacket": ("jas", "jasje", "colbert", "blazer", "open jas"),
        "trousers": ("broek", "lange broek", "spijkerbroek", "jeans", "pantalon"),
        "shorts": ("korte broek", "short", "shorts", "bermuda", "kniebroek"),
        "skirt": ("rok", "rokje", "korte rok", "minirok", "wijde rok"),
    },
}
HAIR: Final[dict[str, Table]] = {
    "en": {
        "bald": ("bald", "with a bald head", "without hair", "with no hair", "with a shaved head"),
        "short": ("short {} hair", "{} hair, cut short", "cropped {} hair", "a short {} haircut",
                  "short {} locks"),
        "long": ("long {} hair", "{} hair down the back", "long {} locks", "long flowing {} hair",
                 "very long {} hair"),
        "bob": ("a {} bob", "{} hair in a bob", "a {} bob cut", "chin-length {} hair", "half-long {} hair"),
        "ponytail": ("a {} ponytail", "{} hair in a ponytail", "{} hair tied back", "a {} pony tail",
                     "a {} tail"),
        "bun": ("a {} bun", "{} hair in a bun", "{} hair in a knot", "a {} topknot", "{} hair tied up"),
        "curly": ("curly {} hair", "{} curls", "a {} afro", "frizzy {} hair", "a head of {} curls"),
    },
    "nl": {
        "bald": ("kaal", "met een kaal hoofd", "zonder haar", "met een kale kop", "kaalgeschoren"),
        "short": ("kort {} haar", "{} haar, kort geknipt", "een kort {} kapsel", "kortgeknipt {} haar",
                  "korte {} haren"),
        "long": ("lang {} haar", "lange {} haren", "{} haar tot op de rug", "heel lang {} haar",
                 "lange {} lokken"),
        "bob": ("een {} bob", "{} haar in een bob", "halflang {} haar", "een {} boblijn",
                "{} haar tot de kin"),
        "ponytail": ("een {} paardenstaart", "{} haar in een paardenstaart", "een {} staart",
                     "{} haar in een staart",
                     "{} haar achterover gebonden"),
        "bun": ("een {} knot", "{} haar in een knot", "een {} knotje", "{} opgestoken haar", "een {} dot"),
        "curly": ("{} krullen", "{} krulhaar", "krullend {} haar", "een {} afro", "een bos {} krullen"),
    },
}  # fmt: skip
ACTIONS: Final[dict[str, Table]] = {
    "en": {
        "standing": ("standing", "standing still", "just standing there", "posing quietly", "waiting"),
        "waving": ("waving", "waving a hand", "waving hello", "greeting with a hand", "waving at the camera"),
        "walking": ("walking", "taking a walk", "strolling", "going for a walk", "stepping along"),
        "jumping": ("jumping", "jumping up and down", "leaping", "hopping high", "jumping into the air"),
        "squatting": ("squatting", "doing squats", "crouching", "doing knee bends",
                      "going down on the knees"),
        "raising both arms": ("raising both arms", "lifting both arms", "putting both hands up",
                              "raising the arms", "stretching both arms up"),
        "dancing": ("dancing", "doing a dance", "dancing happily", "moving to music", "grooving"),
        "clapping": ("clapping", "clapping hands", "applauding", "giving applause", "clapping along"),
        "bowing": ("bowing", "taking a bow", "bending forward", "making a bow", "bowing politely"),
        "boxing": ("boxing", "punching the air", "shadow boxing", "throwing punches",
                   "boxing with both fists"),
    },
    "nl": {
        "standing": ("staat", "staat stil", "staat te wachten", "poseert rustig", "blijft staan"),
        "waving": ("zwaait", "zwaait met een hand", "zwaait gedag", "groet met de hand",
                   "zwaait naar de camera"),
        "walking": ("loopt", "wandelt", "maakt een wandeling", "stapt voort", "is aan het lopen"),
        "jumping": ("springt", "springt op en neer", "maakt sprongen", "springt in de lucht",
                    "is aan het springen"),
        "squatting": ("hurkt", "maakt kniebuigingen", "doet squats", "zakt door de knieën",
                      "gaat op de hurken"),
        "raising both arms": ("heft beide armen", "steekt beide armen omhoog", "doet de armen omhoog",
                              "heft de armen op", "strekt beide armen omhoog"),
        "dancing": ("danst", "is aan het dansen", "danst vrolijk", "beweegt op muziek", "doet een dansje"),
        "clapping": ("klapt", "klapt in de handen", "applaudisseert", "geeft applaus", "is aan het klappen"),
        "bowing": ("buigt", "maakt een buiging", "buigt voorover", "buigt beleefd", "neemt een buiging"),
        "boxing": ("bokst", "slaat in de lucht", "is aan het boksen", "deelt stoten uit", "schaduwbokst"),
    },
}  # fmt: skip
GLASSES: Final[dict[str, tuple[str, ...]]] = {
    "en": ("glasses", "spectacles", "black glasses", "round glasses", "eyeglasses"),
    "nl": ("een bril", "een brilletje", "een zwarte bril", "een ronde bril", "een leesbril"),
}
BEARD: Final[dict[str, tuple[str, ...]]] = {
    "en": ("a beard", "a full beard", "a short beard", "facial hair", "a bearded face"),
    "nl": ("een baard", "een volle baard", "een korte baard", "gezichtshaar", "een baardje"),
}
SMILING: Final[dict[str, tuple[str, ...]]] = {
    "en": ("smiling", "with a smile", "happy", "grinning", "cheerful"),
    "nl": ("glimlachend", "met een glimlach", "blij", "lachend", "vrolijk"),
}
