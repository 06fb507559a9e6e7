"""What the pretrained models are called on the pages, and a short text about each; their order in the lists."""

from __future__ import annotations

_SIZES = (1, 2, 4, 8, 16, 32, 64)

# By the model's name in `aecore`: the name for people, and what is special about it.
MODELS: dict[str, tuple[str, str]] = {
    "default": ("Best", "convolutions and dense layers, trained on warped digits"),
    "joint": ("Knows the labels", "the best one, trained on with a classifier that sees its latent alone"),
    "pocket": ("Small (1 MB)", "the best that fits into one megabyte"),
    "mlp": ("Dense layers only", "no convolutions"),
    "smooth": ("Variational", "a variational autoencoder: blurrier, with latents close to zero"),
    "book": ("Article (1 epoch)", "the article's network, trained for one epoch"),
    "book10": ("Article (10 epochs)", "the article's network, trained for ten epochs"),
    "denoiser": ("Denoiser", "trained to remove noise; it redraws clean digits, too"),
    "book_denoiser": ("Article's denoiser", "it expects noise, and damages clean digits"),
    "plane": ("Two-number model", "as in the article: every digit is a point on a plane"),
    **{
        f"dim{size}": (f"{size} number{'s' if size > 1 else ''}", f"the same small network, with a latent of {size}")
        for size in _SIZES
    },
}

# Presets of which there is no pretrained model.
_PRESETS = {"pictures": ("For other pictures", "convolutions alone, so that a few thousand are not learned by heart")}
_NAMES = MODELS | _PRESETS


def label(name: str) -> str:
    """Return what a pretrained model or a preset is called on the pages; the name itself where there is none."""
    return _NAMES[name][0] if name in _NAMES else name


def about(name: str) -> str:
    """Return a short text about a pretrained model or a preset."""
    return _NAMES[name][1] if name in _NAMES else "a trained model"
