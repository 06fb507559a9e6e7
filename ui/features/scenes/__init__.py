"""Scenes: several digits on one canvas, as a list of places and latents."""

from ui.features.scenes import line
from ui.features.scenes.state import LATENT, Canvas, Digit, Film, Stroke
from ui.features.scenes.view import data
from ui.services.sent_pictures import LONGEST_REPORT
from ui.state.declaration import Feature, LivePart, Page, TalkScene, TourStep

FEATURE = Feature(
    name="scenes",
    page=Page(
        "scenes",
        "Scenes",
        "Play",
        heading="A scene as a handful of numbers",
        sentence=(
            "One network finds the digits on a canvas and says whose each pixel is; the encoder then needs sixteen "
            "numbers for each. From this list alone, the decoder draws the scene again."
        ),
        invitation="Now let a network find several digits",
    ),
    state=Canvas,
    example=Canvas(
        strokes=(Stroke(points=(20.0, 30.5, 40.0, 64.0), pen=5.5),),
        digits=(Digit(latent=tuple(round(0.1 * i - 0.8, 2) for i in range(LATENT)), row=64.0, column=90.5, size=40.0),),
        film=Film(kind="hiding", count=2, speed=0.5, rate=6, blur=1.25, noise=0.15, seed=77),
    ),
    picture="[data-testid=redrawn]",
    parts=(LivePart(data=data, on={"picture": line.take_sent}, longest=LONGEST_REPORT),),
    scene=TalkScene(
        parts=("film", "maps", "redrawn"), animations=("move",), model="default", most_digits=4, second="scene"
    ),
    tour=(
        TourStep(
            80,
            "Find digits in a scene",
            "Draw one more digit on this canvas. A network finds each of them, and the decoder draws the whole scene "
            "again from a list of numbers.",
            ("[data-testid=scene]",),
            watch=("[data-testid=redrawn]", "[data-testid=list]"),
            scene={"page": "scenes", "digits": [3, 4, 5], "animation": {"kind": "move", "repeat": True}},
        ),
    ),
)
