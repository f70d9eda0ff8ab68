"""The tones of the pages: `python -m dashboard.tones` makes their files in assets/ anew.

Files and not synthesised in the browser: playing one is refused openly where the browser blocks sound, so that the page
can say so.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np

RATE = 11_025  # samples a second: enough for tones below 2 kHz
PEAK = 0.6  # of full scale
ASSETS = Path(__file__).parent / "assets"
# pitch (Hz), begin and length (s): an emergency as the page of alerts sounds, a report as a bell of two tones, twice
TONES = {
    "emergency": ((880.0, 0.0, 0.24), (880.0, 0.28, 0.24), (880.0, 0.56, 0.24)),
    "report": ((988.0, 0.0, 0.3), (740.0, 0.22, 0.5), (988.0, 0.75, 0.3), (740.0, 0.97, 0.5)),
}


def tone(notes: Sequence[tuple[float, float, float]]) -> bytes:
    """A WAV file, mono, 16 bits, of notes that fade out."""
    length = max(begin + span for _, begin, span in notes)
    sound = np.zeros(round(length * RATE) + 1)
    for pitch, begin, span in notes:
        t = np.arange(round(span * RATE)) / RATE
        at = round(begin * RATE)
        sound[at : at + len(t)] += np.sin(2 * np.pi * pitch * t) * np.exp(-5 * t / span) * np.minimum(1, t / 0.01)
    samples = np.round(sound / np.abs(sound).max() * PEAK * 32_767).astype("<i2")
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


if __name__ == "__main__":
    for name, notes in TONES.items():
        (ASSETS / f"{name}.wav").write_bytes(tone(notes))
