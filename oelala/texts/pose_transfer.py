"""Sentences of pose transfer: its fields, and what its tab says of motions, fit and result."""

from __future__ import annotations

from oelala.texts.text import Text

FIELDS: dict[str, Text] = {
    "kind.pose-transfer": Text("Pose transfer", "Pose overnemen"),
    "field.motion": Text("Motion", "Beweging"),
    "field.motion.help": Text(
        "A film, a picture or OpenPose's JSON to take the motion from; or wave, walk, jump, dance, turn.",
        "Een film, een afbeelding of JSON van OpenPose met de beweging, of een die meekomt.",
    ),
    "field.motion_start": Text("From", "Vanaf"),
    "field.motion_start.help": Text("In seconds of the film.", "In seconden van de film."),
    "field.motion_end": Text("Until", "Tot"),
    "field.motion_end.help": Text("In seconds; empty: to the end.", "In seconden; leeg: tot het einde."),
    "field.detector": Text("Detector", "Detector"),
    "field.detector.help": Text(
        "What finds the bodies in a film: mediapipe (built in), or dwpose or openpose, if installed.",
        "Wat de lichamen vindt in een film: mediapipe (ingebouwd), of dwpose of openpose, als die er zijn.",
    ),
    "field.person": Text("Person", "Persoon"),
    "field.person.help": Text(
        "Whose motion, where there are several; 0 is the most prominent.",
        "Wiens beweging, als er meer mensen zijn; 0 is de duidelijkste.",
    ),
    "field.bones": Text("Bones", "Botten"),
    "field.bones.help": Text(
        "1 gives the motion the character's proportions, 0 keeps the driver's.",
        "1 geeft de beweging de verhoudingen van het personage, 0 houdt die van het voorbeeld.",
    ),
    "field.pose_scale": Text("Body size", "Lichaamsgrootte"),
    "field.pose_scale.help": Text(
        "Makes the body larger or smaller.", "Maakt het lichaam groter of kleiner."
    ),
    "field.shift_x": Text("To the right", "Naar rechts"),
    "field.shift_x.help": Text("In widths of the frame.", "In breedtes van het beeld."),
    "field.shift_y": Text("Down", "Omlaag"),
    "field.shift_y.help": Text("In heights of the frame.", "In hoogtes van het beeld."),
    "field.conditioning_scale": Text("Strength", "Sterkte"),
    "field.conditioning_scale.help": Text(
        "How strictly the pose is followed; 0 ignores it.",
        "Hoe strikt de pose wordt gevolgd; 0 negeert haar.",
    ),
    "field.control_start": Text("Control from", "Sturing vanaf"),
    "field.control_start.help": Text(
        "The share of the steps after which the pose begins to count.",
        "Het deel van de stappen waarna de pose begint te tellen.",
    ),
    "field.control_end": Text("Control until", "Sturing tot"),
    "field.control_end.help": Text(
        "The share of the steps after which the model goes on freely.",
        "Het deel van de stappen waarna het model vrij verdergaat.",
    ),
    "field.pose-transfer.image": Text("Character", "Personage"),
    "field.pose-transfer.image.help": Text(
        "A picture of who is to move: the whole body, facing us. Without one the prompt describes them.",
        "Een afbeelding van wie moet bewegen: het hele lichaam, van voren. Anders zegt de prompt wie.",
    ),
    "field.pose-transfer.framing": Text("Framing", "Kader"),
    "field.pose-transfer.framing.help": Text(
        "The whole picture between bars, or a part of it in the clip's shape.",
        "De hele afbeelding tussen balken, of een deel ervan in de vorm van de clip.",
    ),
    "field.mode": Text("What becomes of the film", "Wat er met de film gebeurt"),
    "field.mode.help": Text(
        "Only its motion is taken, or it stays and the character takes the place of whoever moves in it.",
        "Alleen de beweging telt, of de film blijft en het personage komt in de plaats van wie er beweegt.",
    ),
    "field.mode.animate": Text("Take its motion", "Neem de beweging"),
    "field.mode.replace": Text("Replace who moves", "Vervang wie beweegt"),
    "field.pose_style.openpose": Text("OpenPose", "OpenPose"),
    "field.pose_style.body": Text("Body only", "Alleen het lichaam"),
    "field.pose_style.vace": Text("VACE", "VACE"),
    "field.pose_style.animate": Text("Animate", "Animate"),
    "field.pose_style": Text("Drawing", "Tekening"),
    "field.pose_style.help": Text(
        "How the skeleton is drawn; each model learnt its own way.",
        "Hoe het skelet wordt getekend; elk model heeft zijn eigen manier geleerd.",
    ),
}

PAGE: dict[str, Text] = {
    "kind.draw-motion": Text("Drawing a motion", "Beweging tekenen"),
    "kind.read-motion": Text("Finding people", "Mensen zoeken"),
    "form.fit": Text("How it fits", "Hoe het past"),
    "form.fit.help": Text(
        "The motion, in place and proportions as the clip will follow it, over its character. The sliders "
        "below adjust it.",
        "De beweging over het personage, met plaats en verhoudingen zoals de clip haar volgt. De schuiven "
        "hieronder passen haar aan.",
    ),
    "live.motion.choose": Text("Choose a film, picture or JSON", "Kies een film, afbeelding of JSON"),
    "live.motion.hint": Text(
        "or drop one here. OpenPose's JSON may be a zip, or one file a frame. Or take one of these:",
        "of sleep er een hierheen. JSON van OpenPose mag een zip zijn, of een bestand per beeld. Of neem een "
        "van deze:",
    ),
    "live.motion.shipped": Text("Motions that come with Oelala", "Bewegingen die bij Oelala horen"),
    "live.motion.wave": Text("Wave", "Zwaaien"),
    "live.motion.walk": Text("Walk", "Lopen"),
    "live.motion.jump": Text("Jump", "Springen"),
    "live.motion.dance": Text("Dance", "Dansen"),
    "live.motion.turn": Text("Turn", "Draaien"),
    "live.motion.coming": Text("The motion is being read", "De beweging wordt gelezen"),
    "live.motion.finding": Text("Looking for people: {step} of {total}", "Mensen zoeken: {step} van {total}"),
    "live.motion.found": Text(
        "{frames} frames at {fps} a second. A body in {detected} % of them, {confidence} % sure.",
        "{frames} beelden, {fps} per seconde. In {detected} % een lichaam, {confidence} % zeker.",
    ),
    "live.motion.still": Text(
        "A picture. A body was found in it, {confidence} % sure.",
        "Een afbeelding. Er is een lichaam in gevonden, {confidence} % zeker.",
    ),
    "live.motion.parts": Text(
        "Hands in {hands} %, a face in {faces} %.", "Handen in {hands} %, een gezicht in {faces} %."
    ),
    "live.motion.closely": Text("Look for hands and faces, too", "Zoek ook handen en gezichten"),
    "live.motion.closer": Text("Look for hands and face", "Zoek handen en gezicht"),
    "live.motion.detector": Text("Bodies are found by", "Lichamen worden gevonden door"),
    "live.motion.detectors": Text("Other detectors", "Andere detectors"),
    "live.motion.people": Text(
        "{n} people were found. Click on the one to follow.",
        "Er zijn {n} mensen gevonden. Klik op wie je wilt volgen.",
    ),
    "live.motion.person": Text("Person {n}", "Persoon {n}"),
    "live.motion.preview": Text("The motion as a moving skeleton", "De beweging als bewegend skelet"),
    "live.motion.play": Text("Play", "Afspelen"),
    "live.motion.pause": Text("Pause", "Pauze"),
    "live.motion.change": Text("Another motion", "Een andere beweging"),
    "live.motion.points": Text("OpenPose JSON", "OpenPose-JSON"),
    "live.motion.drawing": Text("Skeleton video", "Skeletvideo"),
    "live.motion.drawn": Text("Drawing: {share} %", "Tekenen: {share} %"),
    "live.motion.from": Text("From", "Vanaf"),
    "live.motion.until": Text("Until", "Tot"),
    "live.motion.part": Text("{start} to {end} s of {seconds} s", "{start} tot {end} s van {seconds} s"),
    "live.motion.second": Text("{n} s", "{n} s"),
    "live.fit.none": Text("Choose a motion first.", "Kies eerst een beweging."),
    "live.fit.good": Text("The motion fits.", "De beweging past."),
    "live.fit.looking": Text("The character is being looked at.", "Er wordt naar het personage gekeken."),
    "live.fit.no-body": Text(
        "No body was found in the character's picture: the motion keeps its own proportions.",
        "In de afbeelding van het personage is geen lichaam gevonden: de beweging houdt haar eigen "
        "verhoudingen.",
    ),
    "live.fit.onto": Text(
        "Put the body where the character stands", "Zet het lichaam waar het personage staat"
    ),
    "live.fit.overlay": Text("The motion over its character", "De beweging over het personage"),
    "live.score": Text("How well it follows", "Hoe goed hij volgt"),
    "live.score.words": Text(
        "{pck} % of the joints are where they should be (within 5 % of the height). Mean error {error} % of "
        "the height; a body in {found} % of the frames.",
        "{pck} % van de gewrichten is waar het hoort (binnen 5 % van de hoogte). Gemiddelde fout {error} % "
        "van de hoogte; in {found} % van de beelden een lichaam.",
    ),
    "live.score.nobody": Text(
        "Nobody was recognised in this clip, so it follows nothing: 0 % of the joints are in place.",
        "In deze clip is niemand herkend, dus hij volgt niets: 0 % van de gewrichten staat goed.",
    ),
    "live.score.curve": Text(
        "Share of right joints over time, from {first} to {last} %; worst in frame {worst}",
        "Deel goede gewrichten door de tijd, van {first} tot {last} %; het slechtst in beeld {worst}",
    ),
    "live.score.worst": Text("Worst frame ({n})", "Slechtste beeld ({n})"),
    "live.score.beside": Text("Side by side", "Naast elkaar"),
    "live.score.alone": Text("Only the clip", "Alleen de clip"),
}

TEXTS: dict[str, Text] = {**FIELDS, **PAGE}
