"""Draw: a drawn digit becomes sixteen numbers, which sliders change."""

from ui.features.draw.first_frame import first_frame
from ui.features.draw.save_and_share import LATENT_FILE, OPEN
from ui.features.draw.view import data, take_sliders
from ui.state.declaration import Feature, LivePart, Page, TalkScene, flag
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
    parts=(LivePart(data=data, on={"settled": take_sliders}),),
    widgets=(flag(OPEN), declare(LATENT_FILE)),
    scene=TalkScene(parts=("input", "latent", "output"), animations=("draw", "sweep", "noise", "random")),
    first_frame=first_frame,
)
