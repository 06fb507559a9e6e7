"""Sound: noise is taken out of a voice, and sixteen numbers say a digit."""

from ui.features.sound.state import Brush, Listening
from ui.features.sound.view import data
from ui.state.declaration import Feature, LivePart, Page

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
        strokes=(Brush(erases=True, size=4.0, points=(0.25, 0.5, 0.3125, 0.755)),),
    ),
    parts=(LivePart(data=data),),
)
