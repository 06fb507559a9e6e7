"""What the Denoise page says under its pictures must be what scikit-image says."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

RUN = """async ([a, b]) => {
    const { meanSquaredError, peakSignalToNoise, structuralSimilarity } = await import('../lib/measures.js');
    const [first, second] = [new Float32Array(a), new Float32Array(b)];
    return [meanSquaredError, peakSignalToNoise, structuralSimilarity].map((measure) => measure(first, second));
}"""


@pytest.mark.parametrize("strength", [0.01, 0.2, 1.0])
def test_measures_agree_with_scikit_image(modules: Page, blobs: np.ndarray, strength: float) -> None:
    rng = np.random.default_rng(0)
    for clean in blobs[:4]:
        other = np.clip(clean + strength * rng.standard_normal(clean.shape), 0, 1).astype(np.float32)
        error, ratio, similarity = modules.evaluate(RUN, [clean.ravel().tolist(), other.ravel().tolist()])
        assert error == pytest.approx(np.mean((clean - other) ** 2), rel=1e-5)
        assert ratio == pytest.approx(peak_signal_noise_ratio(clean, other, data_range=1), abs=1e-4)
        assert similarity == pytest.approx(structural_similarity(clean, other, data_range=1), abs=1e-4)


def test_an_image_is_itself(modules: Page, blobs: np.ndarray) -> None:
    image = blobs[0].ravel().tolist()
    error, ratio, similarity = modules.evaluate(RUN, [image, image])
    assert (error, ratio) == (0, np.inf)
    assert similarity == pytest.approx(1)
