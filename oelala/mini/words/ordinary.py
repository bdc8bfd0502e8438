"""Ordinary words that say nothing about a clip, English and Dutch: no colours, garments, places, actions."""

from typing import Final

_EN = """
about above actually after again ago almost already also although always amazing ancient and angle animal
annual another answer any anything apart apparently apple army around article ask attention aunt author
autumn awful baby bad baker balance banana band bank basically basket battery be beautiful because become
begin believe bell best better between bicycle bird birthday bit boat book boring borrow bottle branch brave
bread break breakfast breeze bridge brief bring broken brother budget build bus but butter button buy cake
calendar call calm can careful carefully cat cause certainly chair chance change cheap cheese chess child
choice cinema city class clean clear clever client clock cloud club coffee coin college comfortable common
company computer concert cook corner correct could country course cousin cow cream crowd cup curious
customer daily damp danger daughter dear decide delicate dentist depend desk dinner direct dish doctor dog
door doubt dozen dream drink drive drop dry duck during each eager ear early earn easy eat economy effort
egg either electric elephant else empty engine enough entire envelope equal escape even ever every
everything exactly example excellent except exciting expect expensive explain extra fact factory fairly
family famous far farm farmer fast father favourite few fiction final finally find fine finger finish fire
first fish flag flavour flight floor flower fly follow food forever forget fork formal forty four fox free
freedom friday friend friendly frog fruit funny future game gate general gentle gift give glass goal gone
good grand grandmother great group guest guitar habit hall hammer handy happen hardly have health heart help
hence here hidden history hobby holiday honest honey hope horse hospital hotel hour house how however huge
hundred hungry hurry idea if imagine important indeed inside instead interesting invite it item january jar
job join joke journey juice july just keen keep kettle key kind kitchen kite knife know ladder language
large last late later laugh law lazy leaf learn least leave lemonade lesson letter library life like likely
list listen live lonely lovely luck lucky lunch machine magazine magic main many map market maybe meal mean
meanwhile meeting melody member message metal middle might mild milk million minute mirror modern moment
monday money monkey month moreover morning most mother mouse much museum mushroom must mystery name narrow
nation nature near nearly neat needle neighbour neither nephew never new news next nice night nobody noise
none normal not note nothing notice novel now number odd office often oil old once one onion only opinion or
ordinary other ought our outcome oven over own page pair palace pancake paper parcel parent partly party
pass past patient peace pencil people pepper perfect perhaps phone piano picnic pigeon pillow pilot planet
plant plate play please pocket poem poetry polite pool poor possibly postcard potato pretty price prince
probably problem project promise proper proud public pupil purpose puzzle quality quarter queen question
quick quickly quiet quite rabbit radio rain random rare rather reach read ready real really reason recent
recipe record regular remember repair reply rest result rice rich rocket roof rough round rule salad salt
same sample saturday save scarce school science season second secret seldom sense sentence serious seven
several shall share sharp sheep ship shop shortly should sign silence silly simple simply since single
sister size sleep slice slow slowly small smart smell snack so soap society soft some somehow sometimes song
soon sound soup special spoon spring square stamp star station steady story strange street student subject
such sudden sugar summer sunday supper sure surely surprise sweet system table taste teacher team tell
temple ten tennis test thank that then theory there therefore thing think thirty this though thousand three
through thunder ticket tidy tiger time tiny tired today together tomorrow tonight too tool tooth topic tower
town toy train travel tree trip trouble true truly truth tuesday tunnel twelve twenty twice two ugly uncle
understand university unless until upon useful usual usually value various very village violin visit voice
vote wagon want watch water weather wednesday week weekend well what wheel when whenever where whether while
whole why willing wind window wise wish wonder wonderful wood word work worry worth would write wrong year
yes yesterday yet zebra zero
"""
_NL = """
aangenaam aap aardappel aardig absoluut acht achteraf adres advies af afspraak al alleen allemaal alles
alsof altijd ander anders antwoord appel april arm artikel auto avond baan bak bakker bal ballon bang bank
bed bedanken bedrijf been beetje begin begrijpen behalve bekend belangrijk bellen bericht best betalen beter
bezoek bijna bijvoorbeeld binnen blad bloem boek boer boodschap boom boos boot bord boter brand breed brief
broer brood brug buitengewoon bus buur centrum chef cijfer citroen daar daarna daarom dag dak dan dank dat
datum deel denken derde deur deze dichter diep dier dik dinsdag dit dochter dokter donderdag dood dorp dorst
drie droog droom druk dubbel duidelijk duif duizend dus duur echt echter een eenvoudig eerder eerlijk eerst
eeuw eigenlijk einde elders elke emmer enkel er erg ergens even examen familie feest feit fiets film fles
fluit fornuis fout fris fruit gauw gebak gebeuren gebouw gedachte gedicht geheim geld gelegenheid geloven
geluid geluk gemak gemakkelijk genoeg gerecht gesprek getal gevaar geval gevoel gewicht gewoon gewoonlijk
gezin gezond gids gisteren gitaar glas goed goedkoop gordijn graag grap gratis groep grond groot haast
halverwege hamer handel handig hard hebben heel heerlijk heet hek helaas helemaal helft helpen herfst
herinneren hert het hier hobby hoe hoek hoewel hond honderd honger hoop hopelijk hotel houden hout huis
huiswerk hulp idee ijs immers inderdaad ineens inkt insect interessant ja jaar jammer januari jarig jong
juist juli jullie juni kaart kaas kalender kamp kans kantoor kast kat keer kelder kennen kennis kerk kerst
keuken kiezen kilo kind kip klaar klant klas klein klok kluis knap koe koek koffer koffie kok komen konijn
koning koorts kopen kopje kosten kracht krant krijgen kunst kwaad kwart kwestie laat laatst lachen ladder
land langs langzaam lastig later lawaai leeg leerling leeuw leger lekker lente lepel leraar les letter leuk
leven lezen lief liefde liever lijst lui luisteren maaltijd maand maandag maar maart machine mag makkelijk
mand markt matig medicijn meer meestal meester melk melodie menig mening mensen merk mes meteen meubel
middag midden mier mij miljoen min minder minuut misschien mist model moe moed moeder moeilijk moment mond
mooi morgen motor muis munt museum naald naam naar naast nacht nadat namelijk nat natuur natuurlijk nee neef
negen nergens netjes neus niemand niet niets nieuw nieuws niks nodig nog nood nooit noord nota nu nummer
nuttig ochtend oefening of oktober olie olifant om oma omdat onderwerp ongeveer ontbijt oog ook oom oor
oorlog oost opa opeens opening opnieuw orde oud ouders oven over overal overigens paar paard pad pan papier
pas patat pen peper piano pijn plaat plan plant plezier plotseling poes politie post postzegel potlood
praten precies prettig prijs prins probleem proces proef punt raad raam radio raken recept recht redelijk
reden regel regen reis rekening rest reus richting rijk rijst ring roman rond rots ruim ruimte rust saai
samen sap schaap schaar schade schip school schoon schrift schrijven schuld serieus simpel sinds slaap
slager slang slecht sleutel slim slot sluw smaak snel soep soms soort speciaal spel spiegel spoedig spons
spoor sport spreken stad stap station steeds steen stem ster stoel stof straat straks stuk suiker taal taart
tafel tamelijk tand tante tas te tegelijk teken telefoon tenminste tent terug terwijl test tevreden thee
thuis tien tijd tijger toch toekomst toen toevallig toren trap trein trots trouwens twaalf twee tweede
twintig ui uil uiteindelijk uitleg uur vaak vaas vader vakantie vallen vandaag vanzelf varken vast veel
veertig ver verder verhaal verjaardag verkeer verleden vers verschil verzoek vijf vijftig vis vlees vlieg
vliegtuig vlug voedsel voetbal vogel vol volgende volk volkomen vooral voorbeeld voordat voorlopig
voorzichtig vork vraag vragen vrede vreemd vriend vriendelijk vrij vrijdag vroeg vuur waar waarde waarom
waarschijnlijk wanneer want was water wedstrijd week weer weg wel welk wens wereld werk west weten wie wiel
wijn wijs wild wind winkel wisselen woensdag wolf wolk wonder woord worst wortel zacht zak zaterdag zeep
zeer zeker zelden zelf zes zeven ziek ziekenhuis zielig zilver zin zingen zo zoals zodat zoet zolder zomaar
zomer zondag zoon zorg zout zuid zuinig zulk zuster zwaar zwembad
"""
ORDINARY: Final[dict[str, tuple[str, ...]]] = {"en": tuple(_EN.split()), "nl": tuple(_NL.split())}
# Of which words are made that nobody knows.
_STARTS = "b c d f g h j k l m n p r s t v w z bl br cl dr fl gr kl kr pl pr sch sl sp st tr"
_VOWELS = "a e i o u aa ee ie oe oo ou ui y"
STARTS: Final = tuple(_STARTS.split())
VOWELS: Final = tuple(_VOWELS.split())
ENDS: Final = ("", "", "", "l", "m", "n", "p", "r", "s", "t", "k", "x", "ng", "rd", "st")
