"""Denoise: corrupt a digit in many ways, and see how denoisers reconstruct it."""

from ui.features.denoise.photo import PHOTO, take_pasted
from ui.features.denoise.state import Box, Noise
from ui.features.denoise.view import LONGEST_REPORT, data
from ui.state.declaration import Feature, LivePart, Page, TalkScene
from ui.widgets.uploads import declare

FEATURE = Feature(
    name="denoise",
    page=Page("denoise", "Denoise", ":material/auto_fix_high:"),
    state=Noise,
    example=Noise(kind="occlusion", level=0.35, mean=-0.2, seed=77, box=Box(top=9, left=4), damage="012" + "0" * 781),
    parts=(LivePart(data=data, on={"picture": take_pasted}, longest=LONGEST_REPORT),),
    widgets=(declare(PHOTO),),
    scene=TalkScene(parts=("clean", "corrupted", "denoised"), animations=("draw", "noise"), model="denoiser"),
)
