"""What the Sound page computes in the browser agrees with Python: transform, filter, mask, measures, rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from scipy import signal

from aecore import tasks
from aecore.core import bands
from aecore.core.pretrained import available
from aecore.core.spectrum import HOP, WINDOW, istft, stft
from aecore.core.spectrum import window as square_root_hann
from aecore.data.sounds import gain_to, loudness, mixed, resampled, sounding, without_rumble
from aecore.evaluation.sound_measures import si_sdr, wiener
from aecore.tasks import Voice, VoiceDenoiser
from aecore.tasks.voice_denoise import FRAMES, LEVEL, seen, windows
from tests.aecore.voices import small_denoiser, small_voice
from tests.browser.engine_page import call, model_file, numbers, text
from ui.services import recordings

SOUND = "const at = (name) => import(`../../features/sound/${name}.js`);"


def voices() -> list[np.ndarray]:
    """Return shipped recordings, cut to several lengths, and joined: short ones, a window's, several windows'."""
    shipped = [heard(name) for name in recordings.voices()]
    long = np.concatenate(shipped[:5])
    return [shipped[0], shipped[6], shipped[1][:257], shipped[2][:4_321], long[:70_001], np.zeros(3_000, np.float32)]


def heard(name: str) -> np.ndarray:
    return np.frombuffer(recordings.read(name)[44:], "<i2").astype(np.float32) / np.float32(32767)


def noisy() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [mixed(voice, rng.standard_normal(len(voice), np.float32), 5.0) for voice in voices()]


def complex_of(made: list[str], shape: tuple[int, ...]) -> np.ndarray:
    real, imaginary = (numbers(part).reshape(shape) for part in made)
    found: np.ndarray = real + 1j * imaginary
    return found


def test_transform_and_inverse_are_scipys(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { stft, istft } = await at('spectrum');
        return given[0].map((one) => {
            const sound = numbers(one), found = stft(sound);
            return [text(found.re), text(found.im), text(istft(found, sound.length))];
        });
    """
    )
    sounds = noisy()
    for sound, made in zip(sounds, call(modules, body, [text(one) for one in sounds]), strict=True):
        wanted = stft(sound[None])[0]
        found = complex_of(made[:2], wanted.shape)
        np.testing.assert_allclose(found, wanted, atol=1e-5)
        np.testing.assert_allclose(numbers(made[2]), sound, atol=1e-6)  # there and back is exact
        np.testing.assert_allclose(numbers(made[2]), istft(wanted[None], len(sound))[0], atol=1e-6)
        padded = np.pad(sound, (HOP, (len(wanted) + 1) * HOP - HOP - len(sound)))
        hann = square_root_hann()
        scipys = signal.stft(padded, nperseg=WINDOW, noverlap=HOP, window=hann, boundary=None, padded=False)[2].T
        np.testing.assert_allclose(found, scipys * hann.sum() / np.sqrt(WINDOW / 2), atol=1e-4)


def test_filter_levels_rates_and_measures_agree(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { withoutRumble, loudness, gainOf, sounding } = await at('levels'), { siSdr } = await at('measures');
        const { resampled } = await at('resample');
        return given[0].map(([noisy, clean]) => {
            const [sound, voice] = [numbers(noisy), numbers(clean)];
            const pairs = [[48000, 8000], [44100, 8000], [8000, 22050]];
            const rates = pairs.map(([from, to]) => text(resampled(sound, from, to)));
            return [text(withoutRumble(sound)), gainOf(loudness(sound)), sounding(voice), siSdr(sound, voice), rates];
        });
    """
    )
    pairs = list(zip(noisy(), voices(), strict=True))
    made = call(modules, body, [[text(one), text(other)] for one, other in pairs])
    for (sound, voice), (filtered, gain, (start, stop), ratio, rates) in zip(pairs, made, strict=True):
        np.testing.assert_allclose(numbers(filtered), without_rumble(sound), atol=1e-6)
        assert gain == pytest.approx(gain_to(sound))
        assert slice(start, stop) == sounding(voice)
        if voice.any():
            assert ratio == pytest.approx(si_sdr(sound, voice), abs=0.01)
        for found, (rate, wanted) in zip(rates, ((48_000, 8_000), (44_100, 8_000), (8_000, 22_050)), strict=True):
            np.testing.assert_allclose(numbers(found), resampled(sound, rate, wanted), atol=1e-5)


@pytest.fixture(scope="module", params=["random", "shipped"])
def denoiser(request: pytest.FixtureRequest) -> VoiceDenoiser:
    found = small_denoiser() if request.param == "random" else tasks.load("voice_denoiser")
    assert isinstance(found, VoiceDenoiser)
    return found


def test_masks_and_cleaned_sounds_agree(modules: Page, denoiser: VoiceDenoiser) -> None:
    body = (
        SOUND
        + """
        const { Mixed } = await at('mixed'), { FRAMES, seen, windows } = await at('denoiser');
        const model = parseModel(bytes(given[0]));
        const cleaned = given[1].map(([voice, noise, ratio]) => {
            const made = new Mixed(model, numbers(voice), noise && numbers(noise));
            made.mix(ratio);
            const done = [...made.cleaning()];
            const { noisy, cleaned, away } = made.sounds;
            return { mask: text(made.mask), noisy: text(noisy), cleaned: text(cleaned), away: text(away), done };
        });
        return [cleaned, given[2].map(windows)];
    """
    )
    rng = np.random.default_rng(3)
    given: list[Any] = []
    wanted = []
    for i, voice in enumerate(voices()):
        noise, ratio = rng.standard_normal(len(voice)).astype(np.float32), (5.0, -10.0, 20.0)[i % 3]
        given.append([text(voice), text(noise) if i else None, ratio])
        wanted.append(mixed(voice, noise, ratio) if i else voice)
    lengths = [128, 129, 192, 193, 1_251]
    made, cut = call(modules, body, text(model_file(denoiser.spec, denoiser.weights)), given, lengths)
    assert [[tuple(one) for one in each] for each in cut] == [windows(total) for total in lengths]
    for sound, one in zip(wanted, made, strict=True):
        np.testing.assert_allclose(numbers(one["noisy"]), sound, atol=1e-6)
        spectra = stft(without_rumble(sound)[None])
        mask = denoiser.mask(spectra, gain_to(without_rumble(sound), LEVEL))[0]
        np.testing.assert_allclose(numbers(one["mask"]).reshape(mask.shape), mask, atol=1e-4)
        cleaned = denoiser.clean(sound)
        np.testing.assert_allclose(numbers(one["cleaned"]), cleaned, atol=1e-4 * max(1.0, loudness(sound) / 0.1))
        np.testing.assert_allclose(numbers(one["away"]), sound - cleaned, atol=1e-4 * max(1.0, loudness(sound) / 0.1))
        assert [step[0] for step in one["done"]] == [0, *(step[1] for step in one["done"][:-1])]
        assert one["done"][-1][1] == spectra.shape[1]


def test_silence_gain_and_length_are_kept(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { Mixed } = await at('mixed'), model = parseModel(bytes(given[0]));
        return given[1].map(([one, gain]) => {
            const made = new Mixed(model, numbers(one).map((value) => gain * value), null);
            made.mix(0);
            for (const _ of made.cleaning());
            return text(made.sounds.cleaned);
        });
    """
    )
    shipped = tasks.load("voice_denoiser")
    voice = np.concatenate([heard("lucas-1"), heard("theo-1"), heard("nicolas-1")])
    sounds = [voice[:length] for length in (1, 2, 127, 128, 4_000, 16_257, 40_001)]
    sounds += [np.zeros(20_000, np.float32)]
    given = [(sound, gain) for sound in sounds for gain in (1.0, 0.01)]
    made = call(
        modules,
        body,
        text(model_file(shipped.spec, shipped.weights)),
        [[text(sound), gain] for sound, gain in given],
    )
    cleaned = [numbers(one) for one in made]
    for (sound, _), one in zip(given, cleaned, strict=True):
        assert len(one) == len(sound)
    for loud, quiet in zip(cleaned[::2], cleaned[1::2], strict=True):
        np.testing.assert_allclose(0.01 * loud, quiet, atol=1e-5 * max(1e-3, np.abs(loud).max()))
    assert not cleaned[-1].any()
    long, wanted = cleaned[12], sounds[6]
    assert np.square(long - wanted).sum() < 10**-2.5 * np.square(wanted).sum()  # without noise, hardly anything goes


def test_the_network_sees_the_same_in_a_short_sound(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { seen } = await at('denoiser'), { stft } = await at('spectrum');
        return text(seen(stft(numbers(given[0])), 3));
    """
    )
    sound = heard("theo-1")[:5_000]
    wanted = seen(stft(sound[None]), 3.0)[0]
    repeated = np.pad(wanted, ((0, FRAMES - len(wanted)), (0, 0), (0, 0)), "wrap")
    np.testing.assert_allclose(numbers(call(modules, body, text(sound))), repeated.ravel(), atol=1e-5)


def test_computed_noises_are_of_their_kind_and_come_again(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { COMPUTED, computedNoise } = await at('noises');
        const three = (kind) => [1, 1, 2].map((seed) => text(computedNoise(kind, 80000, seed)));
        return Object.fromEntries(COMPUTED.map((kind) => [kind, three(kind)]));
    """
    )
    made = {kind: [numbers(one) for one in each] for kind, each in call(modules, body).items()}
    assert list(made) == ["white", "pink", "hum", "crackle"]
    for first, again, other in made.values():
        assert (first == again).all()
        assert np.abs(first - other).mean() > 0.1 * first.std()

    def octave(kind: str, low: int) -> float:
        power = np.abs(np.fft.rfft(made[kind][0])) ** 2
        return float(power[10 * low : 20 * low].mean())  # 0.1 Hz apart

    assert octave("white", 100) == pytest.approx(octave("white", 1_600), rel=0.15)
    assert octave("pink", 100) == pytest.approx(16 * octave("pink", 1_600), rel=0.2)
    hum = np.abs(np.fft.rfft(made["hum"][0])) ** 2
    assert hum[500:6_001:500].sum() > 0.95 * hum.sum()  # 50 Hz and its harmonics
    crackle = made["crackle"][0]
    assert np.abs(crackle).max() > 8 * crackle.std()


def test_a_wav_file_is_read_by_others(modules: Page) -> None:
    import io
    import wave

    body = SOUND + "const { toWav, fromWav } = await at('wav'); const made = toWav(numbers(given[0]), 8000);"
    body += "return [text(new Uint8Array(made)), text(fromWav(made))];"
    sound = np.array([0, 0.5, -0.25, 1, -1, 3, -3], np.float32)
    data, again = call(modules, body, text(sound))
    import base64

    with wave.open(io.BytesIO(base64.b64decode(data))) as file:
        assert file.getparams()[:4] == (1, 2, 8_000, 7)
        found = np.frombuffer(file.readframes(7), "<i2") / 32767
    np.testing.assert_allclose(found, sound.clip(-1, 1), atol=2e-5)
    np.testing.assert_allclose(numbers(again), found, atol=1e-6)


def test_the_wiener_filter_agrees(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { wiener } = await at('measures'), { stft, istft } = await at('spectrum');
        return given[0].map(([noisy, noise]) => {
            const sound = numbers(noisy);
            return text(istft(wiener(stft(sound), stft(numbers(noise))), sound.length));
        });
    """
    )
    pairs = [(one, one - voice) for one, voice in zip(noisy()[:5], voices(), strict=False)]
    made = call(modules, body, [[text(one), text(other)] for one, other in pairs])
    for (sound, noise), one in zip(pairs, made, strict=True):
        np.testing.assert_allclose(numbers(one), wiener(sound, noise), atol=1e-4)


# ---- spoken digits as sixteen numbers --------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["random", "shipped"])
def voice(request: pytest.FixtureRequest) -> Voice:
    if request.param == "shipped" and "voice" not in available("voice"):
        pytest.skip("needs the model of voices")
    found = small_voice() if request.param == "random" else tasks.load("voice")
    assert isinstance(found, Voice)
    return found


def clips() -> np.ndarray:
    """Return single digits, anywhere in a second of silence, one with noise, and silence: (N, 8192)."""
    out = np.zeros((6, bands.LENGTH), np.float32)
    for i, name in enumerate(recordings.voices()[:4]):
        part = heard(name)[480:4_000]
        out[i, 700 * i : 700 * i + len(part)] = part * (0.1 + i)
    out[4] = out[0] + 0.05 * np.random.default_rng(0).standard_normal(bands.LENGTH).astype(np.float32)
    return out


def test_pictures_latents_and_heard_sounds_agree(modules: Page, voice: Voice) -> None:
    body = (
        SOUND
        + """
        const { Voice, centred } = await at('voice'), { pictureOf, magnitudesOf } = await at('bands');
        const { sounding } = await at('levels'), voice = new Voice(parseModel(bytes(given[0])));
        const encoded = given[1].map((one) => {
            const sound = numbers(one), [clip] = centred(sound.subarray(...sounding(sound))), picture = pictureOf(clip);
            return [text(picture), text(magnitudesOf(picture)), text(voice.encode(sound))];
        });
        return [encoded, given[2].map((latent) => [text(voice.spectrum(latent).re), text(voice.decode(latent))])];
    """
    )
    sounds, rng = clips(), np.random.default_rng(1)
    latents = rng.standard_normal((5, 16)).astype(np.float32)
    file = text(model_file(voice.spec, voice.weights))
    encoded, decoded = call(modules, body, file, [text(one) for one in sounds], latents.tolist())
    pictures = voice.pictures(sounds)
    for made, picture, latent in zip(encoded, pictures, voice.encode(sounds), strict=True):
        np.testing.assert_allclose(numbers(made[0]).reshape(64, 64), picture, atol=1e-5)
        wanted = bands.magnitudes(picture[None])[0]
        np.testing.assert_allclose(numbers(made[1]).reshape(wanted.shape), wanted, atol=1e-4, rtol=1e-4)
        np.testing.assert_allclose(numbers(made[2]), latent, atol=2e-4)
    for made, latent in zip(decoded, latents, strict=True):
        wanted = bands.magnitudes(voice.decode_pictures(latent[None]))[0]
        np.testing.assert_allclose(numbers(made[0]).reshape(wanted.shape), wanted, atol=1e-3, rtol=1e-3)
        sound = voice.decode(latent[None])[0]
        assert np.abs(sound).max() > 0.05
        np.testing.assert_allclose(numbers(made[1]), sound, atol=0.01 * np.abs(sound).max())


def test_what_is_squeezed_stays_in_its_place(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { Voice, stretchesOf } = await at('voice'), voice = new Voice(parseModel(bytes(given[0])));
        const sound = numbers(given[1]), stretches = stretchesOf(sound);
        return [stretches, text(voice.squeeze(sound, stretches))];
    """
    )
    voice, sound = small_voice(), heard("jackson-1")
    stretches, made = call(modules, body, text(model_file(voice.spec, voice.weights)), text(sound))
    squeezed, inside = numbers(made), np.zeros(len(sound), bool)
    assert len(stretches) >= 4  # digits
    for start, stop in stretches:
        inside[start:stop] = True
    assert (squeezed[~inside] == 0).all()
    assert squeezed[inside].any()
    assert np.square(sound[~inside]).sum() < 0.01 * np.square(sound).sum()
