from __future__ import annotations

import wave
from io import BytesIO

import numpy as np
import pytest

from dashboard.tones import ASSETS, RATE, TONES, tone


def samples(raw: bytes) -> np.ndarray:
    with wave.open(BytesIO(raw)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)


@pytest.mark.parametrize("name", TONES)
def test_tone_that_is_played_is_the_one_that_is_described_and_loud_enough(name):
    played, made = samples((ASSETS / f"{name}.wav").read_bytes()), samples(tone(TONES[name]))
    assert len(played) == len(made)
    assert np.abs(played - made).max() <= 1  # another processor may round otherwise
    assert 15_000 < np.abs(played).max() < 32_767
