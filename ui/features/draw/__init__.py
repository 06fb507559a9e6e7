"""Draw: a drawn digit becomes sixteen numbers, which sliders change."""

from ui.features.draw.first_frame import first_frame
from ui.features.draw.save_and_share import LATENT_FILE, OPEN
from ui.features.draw.state import Refining
from ui.features.draw.view import data, take_sliders
from ui.state.declaration import Feature, LivePart, Page, TalkScene, TourStep, flag
from ui.state.for_talk import digit_of_table
from ui.widgets.uploads import declare

FEATURE = Feature(
    name="draw",
    page=Page(
        "",
        "Draw",
        "Play",
        heading="Draw a digit and reshape it",
        sentence=(
            "The encoder squeezes 784 pixels into 16 numbers, the latent; the decoder redraws the digit from "
            "them. Drag a slider."
        ),
        invitation="Start again with a digit of your own",
    ),
    state=Refining,
    example=Refining(automatic=False),
    picture="[data-testid=decoded]",
    parts=(LivePart(data=data, on={"settled": take_sliders}),),
    widgets=(flag(OPEN), declare(LATENT_FILE)),
    scene=TalkScene(
        parts=("input", "latent", "output"), animations=("draw", "sweep", "noise", "random"), fields=digit_of_table
    ),
    first_frame=first_frame,
    first_parameters=("model", "z", "digit", "home", "refine"),
    tour=(
        TourStep(
            10,
            "Draw a digit",
            "Press Clear, then draw any digit with the mouse, a finger or a pen. On the other side, the network "
            "redraws it while you draw.",
            (".st-key-paper", ".st-key-pen"),
            watch=("[data-testid=decoded]", ".sliders"),
            names_images=True,
            scene={"digit": 4, "animation": {"kind": "draw", "seconds": 4}},
        ),
        TourStep(
            20,
            "Sixteen numbers appear",
            "The encoder has squeezed your 784 pixels into these sixteen numbers, the latent. The decoder sees nothing "
            "else of your drawing.",
            (".sliders",),
            watch=("[data-testid=decoded]",),
            press={".fold[aria-expanded=false]": ".fold", ".deck.empty": ".samples button"},
            names_images=True,
            scene={"digit": 4, "camera": ["input", "latent"]},
        ),
        TourStep(
            30,
            "Drag the slant",
            "Move this slider: several of the sixteen numbers change together, and the digit leans over.",
            ("input[aria-label=slant]",),
            watch=("[data-testid=decoded]",),
            press={".fold[aria-expanded=false]": ".fold"},
            names_images=True,
            scene={
                "digit": 4,
                "camera": ["latent", "output"],
                "animation": {"kind": "sweep", "slider": "slant", "repeat": True},
            },
        ),
        TourStep(
            40,
            "Invent a digit",
            "Sixteen random numbers, as common as those of real digits, make a digit that nobody has ever drawn.",
            ("[data-testid=invent]",),
            watch=("[data-testid=decoded]",),
            press={".fold[aria-expanded=false]": ".fold"},
            names_images=True,
            scene={"camera": ["latent", "output"], "animation": {"kind": "random", "repeat": True}},
        ),
    ),
)
