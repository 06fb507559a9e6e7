"""Denoise: corrupt a digit in many ways, and see how denoisers reconstruct it."""

from ui.features.denoise import photo
from ui.features.denoise.state import Box, Noise
from ui.features.denoise.view import data, scene_fields
from ui.services.sent_pictures import LONGEST_REPORT
from ui.state.declaration import Feature, LivePart, Page, TalkScene, TourStep

FEATURE = Feature(
    name="denoise",
    page=Page(
        "denoise",
        "Denoise",
        "Play",
        heading="Add noise, then remove it",
        sentence=(
            "A denoiser is trained to redraw the clean digit from a corrupted one. How much can it repair, and "
            "where does it fail?"
        ),
        invitation="Now add noise to it and watch the network remove it",
    ),
    state=Noise,
    example=Noise(
        kind="occlusion",
        level=0.35,
        mean=-0.2,
        seed=77,
        box=Box(top=9, left=4),
        damage="012" + "0" * 781,
        searched=True,
    ),
    picture="[data-testid=denoised]",
    parts=(
        LivePart(data=data),
        LivePart(data=photo.data, on={"picture": photo.take_sent}, module="photo", longest=LONGEST_REPORT),
    ),
    scene=TalkScene(
        parts=("clean", "corrupted", "denoised"), animations=("draw", "noise"), model="denoiser", fields=scene_fields
    ),
    tour=(
        TourStep(
            60,
            "Add noise",
            "Turn the noise up until you cannot read the digit any more. The denoiser still redraws it. When does it "
            "fail?",
            ("input[aria-label='noise level']", "[data-testid=corrupted]", "[data-testid=denoised]"),
            names_images=True,
            scene={"page": "denoise", "digit": 4, "animation": {"kind": "noise", "from": 0, "to": 0.9}},
        ),
    ),
)
