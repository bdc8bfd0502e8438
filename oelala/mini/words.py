"""Wordings, English and Dutch, for all that a caption may say; five or more where it matters."""

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
