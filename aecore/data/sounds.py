"""Sounds at 8 kHz: brought to that rate and back, brought to one level, mixed with noise at a ratio of powers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aecore.core.spectrum import RATE

LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000  # samples a second
LONGEST = 600  # seconds of a sound
LEVEL = 0.1  # root mean square of a sound at the usual level; full scale is 1
_SILENT = 1e-7  # root mean square: what is quieter is not amplified
_SOUNDING = 0.01  # of the largest power of 20 ms: where it is larger, a recording sounds
_PIECE = 160  # samples, 20 ms
_ENDS = 400  # samples, after which the filter has forgotten them
_RUMBLE = 45.0  # Hz


def check_sound(sound: Any) -> np.ndarray:
    """Return a sound as float32 (samples,); raises ValueError unless it is of finite floats, one dimension."""
    wanted = "wanted a sound (samples,), floating point"
    if not isinstance(sound, np.ndarray):
        raise ValueError(f"{wanted}; got {type(sound).__name__}, not a NumPy array")
    if sound.ndim != 1 or sound.dtype.kind != "f":
        raise ValueError(f"{wanted}; got shape {sound.shape}, dtype {sound.dtype}")
    if not np.isfinite(sound).all():
        raise ValueError(f"{wanted}; got NaN or infinite values")
    return sound.astype(np.float32)


def check_rate(rate: Any) -> int:
    """Return a rate of 4,000 to 192,000 samples a second; raises ValueError for anything else."""
    whole = isinstance(rate, int | np.integer) and not isinstance(rate, bool)
    if not whole or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(f"wanted a rate, a whole number from {LOWEST_RATE} to {HIGHEST_RATE}; got {rate!r:.40}")
    return int(rate)


def resampled(sound: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """Return a sound (samples,) of one rate at another, (ceil(samples x wanted / rate),) float32."""
    if rate == wanted or not len(sound):
        return sound.astype(np.float32)
    from scipy import signal  # here, because it takes a quarter of a second, and most visitors bring no sound

    common = math.gcd(rate, wanted)
    made: np.ndarray = signal.resample_poly(sound.astype(np.float32), wanted // common, rate // common)
    return made.astype(np.float32)


def at_eight_kilohertz(sound: np.ndarray, rate: int) -> np.ndarray:
    """Return a sound (samples,) float of some rate at 8 kHz, float32; raises ValueError."""
    sound, rate = check_sound(sound), check_rate(rate)
    if len(sound) > LONGEST * rate:
        raise ValueError(f"wanted a sound of at most {LONGEST} seconds; got {len(sound) / rate:.0f}")
    return resampled(sound, rate, RATE)


def without_rumble(sound: np.ndarray) -> np.ndarray:
    """Return a sound (samples,) at 8 kHz without what is below 45 Hz, float32; all else keeps its place in time."""
    if not len(sound):
        return sound
    from scipy import signal

    high = signal.butter(2, _RUMBLE, "highpass", fs=RATE, output="sos")
    ends = min(_ENDS, len(sound) - 1)  # the sound is continued at both ends, turned about them
    before, after = 2 * sound[0] - sound[ends:0:-1], 2 * sound[-1] - sound[-2 : -2 - ends : -1]
    once = signal.sosfilt(high, np.concatenate([before, sound, after]))
    twice: np.ndarray = signal.sosfilt(high, once[::-1])[::-1]
    return twice[ends : ends + len(sound)].astype(np.float32)


def loudness(sound: np.ndarray) -> float:
    """Return the root mean square of a sound (samples,), 0 of an empty one."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0


def gain_to(sound: np.ndarray, level: float = LEVEL) -> float:
    """Return the factor that brings a sound (samples,) to a root mean square of `level`; 1 where it is silent."""
    loud = loudness(sound)
    return level / loud if loud > _SILENT else 1.0


def sounding(sound: np.ndarray) -> slice:
    """Return from where to where a recording sounds, in pieces of 20 ms; all of it where it is silent."""
    pieces = -(-len(sound) // _PIECE)
    padded = np.zeros(pieces * _PIECE)
    padded[: len(sound)] = sound
    power = np.square(padded).reshape(pieces, _PIECE).mean(axis=1)
    loud = np.flatnonzero(power > _SOUNDING * power.max(initial=0))
    if not len(loud):
        return slice(0, len(sound))
    return slice(int(loud[0]) * _PIECE, min(len(sound), (int(loud[-1]) + 1) * _PIECE))


def mixed(sound: np.ndarray, noise: np.ndarray, ratio: float) -> np.ndarray:
    """Return a sound with noise, both (samples,), whose power is `ratio` dB below the sound's; float32.

    The sound alone where one of the two is silent.
    """
    loud, other = loudness(sound), loudness(noise)
    if loud <= _SILENT or other <= _SILENT:
        return sound.astype(np.float32)
    factor = loud / other * 10 ** (-ratio / 20)
    return (sound + np.float32(factor) * noise).astype(np.float32)
