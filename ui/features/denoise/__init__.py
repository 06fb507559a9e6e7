"""Denoise: corrupt a digit in many ways, and see how denoisers reconstruct it."""

from ui.features.denoise import photo
from ui.features.denoise.state import Box, Noise
from ui.features.denoise.view import data
from ui.services.sent_pictures import LONGEST_REPORT
from ui.state.declaration import Feature, LivePart, Page, TalkScene

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
    example=Noise(kind="occlusion", level=0.35, mean=-0.2, seed=77, box=Box(top=9, left=4), damage="012" + "0" * 781),
    parts=(
        LivePart(data=data),
        LivePart(data=photo.data, on={"picture": photo.take_sent}, module="photo", longest=LONGEST_REPORT),
    ),
    scene=TalkScene(parts=("clean", "corrupted", "denoised"), animations=("draw", "noise"), model="denoiser"),
)
