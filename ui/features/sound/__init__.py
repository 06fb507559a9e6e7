"""Sound: noise is taken out of a voice, and sixteen numbers say a digit."""

from ui.features.sound.state import LATENT, Brush, Listening
from ui.features.sound.view import data, scene_fields
from ui.services import recordings
from ui.state.declaration import Feature, LivePart, Page, TalkScene, TourStep

FEATURE = Feature(
    name="sound",
    page=Page(
        "sound",
        "Sound",
        "Play",
        heading="Hear the latent",
        sentence=(
            "A spectrogram is a picture of a sound, so a network that cleans pictures can clean voices: it draws a "
            "mask that lets the voice pass and keeps the noise back."
        ),
        invitation="Now hear what a network takes out of a noisy voice",
    ),
    state=Listening,
    example=Listening(
        recording="theo-2",
        noise="rain",
        ratio=-2.5,
        start=7,
        goal=1234,
        along=0.25,
        bent=tuple(round(0.1 * i - 0.8, 2) for i in range(LATENT)),
        strokes=(Brush(erases=True, size=4.0, points=(0.25, 0.5, 0.3125, 0.755)),),
    ),
    picture="[data-testid=cleaned]",
    parts=(LivePart(data=data),),
    scene=TalkScene(
        parts=("noisy", "cleaned"),
        animations=("noise",),
        model="voice_denoiser",
        recordings=recordings.voices(),
        fields=scene_fields,
    ),
    tour=(
        TourStep(
            90,
            "Hear one",
            "Press Play to hear the voice without its noise, then compare Noisy and Cleaned. A picture of the sound is "
            "all that the network sees.",
            (".sound .play", "[data-testid=noisy]", "[data-testid=cleaned]"),
            scene={"page": "sound", "recording": "george-1", "animation": {"kind": "noise", "from": 0, "to": 0.8}},
        ),
    ),
)
