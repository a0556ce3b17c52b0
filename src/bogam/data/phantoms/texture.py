"""The pieces that all phantoms are painted from: smooth noise, speckle, outlines, and a scanner's signature."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.types import Array

Field = NDArray[np.float32]
SUBPIXEL = 4


@dataclass(frozen=True)
class Scanner:
    """What one site's machine does to a picture; the numbers are the whole difference between two sites.

    Args:
        site: name of the site, and of its folder.
        manufacturer: goes into DICOM headers.
        gain: factor on the brightness.
        gamma: exponent of the grey curve; above 1 darkens the middle.
        noise: standard deviation of the noise, share of the grey range.
        blur: standard deviation of the blur, share of the image's height.
        tint: factor per color channel (red, green, blue), for color pictures only.
    """

    site: str
    manufacturer: str
    gain: float
    gamma: float
    noise: float
    blur: float
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


SCANNERS = (
    Scanner("site-a", "Phantom A", gain=1.0, gamma=1.0, noise=0.012, blur=0.0),
    Scanner("site-b", "Phantom B", gain=0.88, gamma=1.35, noise=0.035, blur=0.007, tint=(1.0, 0.93, 1.06)),
)
"""The two sites. Site B is darker, harder in its grey curve, noisier and less sharp than site A."""


def grid(size: tuple[int, int]) -> tuple[Field, Field]:
    """Return a column of rows' places and a row of columns' places, both 0 (first edge) to 1 (last edge).

    Example:
        >>> down, across = grid((2, 4))
        >>> down.ravel().tolist(), across.ravel().tolist()
        ([0.25, 0.75], [0.125, 0.375, 0.625, 0.875])
    """
    rows, columns = size
    down, across = (((np.arange(n) + 0.5) / n).astype(np.float32) for n in (rows, columns))
    return down[:, None], across[None, :]


def smooth_noise(rng: np.random.Generator, size: tuple[int, int], cells: tuple[float, float],
                 octaves: int = 1, fade: float = 0.5) -> Field:
    """Return (Y, X) noise of mean near 0 and standard deviation near 1.

    Args:
        rng: where the numbers come from.
        size: (rows, columns) in pixels.
        cells: (down, across) how many bumps fit into the image; unequal numbers give streaks.
        octaves: how many layers, each with twice the cells of the one before.
        fade: weight of a layer relative to the one before.
    """
    total = np.zeros(size, np.float32)
    weight, power = 1.0, 0.0
    for octave in range(octaves):
        shape = tuple(max(2, min(round(n * 2**octave) + 1, 4 * s)) for n, s in zip(cells, size, strict=True))
        coarse = rng.standard_normal(shape, dtype=np.float32)
        total += np.float32(1.25 * weight) * cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
        power += weight * weight
        weight *= fade
    return total / np.float32(np.sqrt(power))


def window_of(field: Field, size: tuple[int, int], rng: np.random.Generator) -> Field:
    """Return a window of a larger field at a place drawn from `rng`: another view of the same tissue."""
    spare = [have - want for have, want in zip(field.shape, size, strict=True)]
    top, left = (int(rng.integers(0, s + 1)) for s in spare)
    return field[top:top + size[0], left:left + size[1]]


def ridges(field: Field, width: float) -> Field:
    """Return thin bright lines, 0 to 1, where the noise crosses zero: strands, septa, fibers."""
    return np.asarray(np.exp(-np.square(field / np.float32(width))), np.float32)


def speckle(rng: np.random.Generator, size: tuple[int, int], grain: tuple[float, float], power: float) -> Field:
    """Return fully developed speckle of mean 1: the modulus of two compounded complex fields, raised to a power.

    Args:
        rng: where the numbers come from.
        size: (rows, columns) in pixels.
        grain: (down, across) size of a speckle in pixels.
        power: compression of the modulus; smaller is smoother.
    """
    noise = rng.standard_normal((*size, 4), dtype=np.float32)
    parts = cv2.GaussianBlur(noise, (0, 0), sigmaX=grain[1], sigmaY=grain[0])
    modulus = cv2.pow(np.einsum("yxk,yxk->yx", parts, parts), 0.5 * power)
    return np.asarray(modulus / np.float32(modulus.mean()), np.float32)


def soft_step(distance: Field, width: float) -> Field:
    """Return 0 where `distance` is below -width, 1 above width, smooth between."""
    share = np.clip(distance / np.float32(2 * width) + np.float32(0.5), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def blur(field: Field, share: float) -> Field:
    """Return the field after a Gaussian blur whose width is a share of its height."""
    sigma = share * field.shape[0]
    return field if sigma < 0.2 else np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), np.float32)


def outline(center: tuple[float, float], axes: tuple[float, float], tilt: float,
            radii: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (N, 2) points (y, x) of an ellipse whose radius is multiplied by `radii` at N equal angles."""
    angle = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    along, beside = axes[0] * radii * np.cos(angle), axes[1] * radii * np.sin(angle)
    return np.stack([center[0] + along * np.cos(tilt) - beside * np.sin(tilt),
                     center[1] + along * np.sin(tilt) + beside * np.cos(tilt)], axis=1)


def fill(points: NDArray[np.floating], size: tuple[int, int]) -> Field:
    """Return (Y, X) coverage, 0 to 1, of a polygon whose (y, x) points are in shares of the image.

    The border itself counts in: a shape comes out about half a pixel wider on each side.
    """
    canvas = np.zeros(size, np.uint8)
    places = np.round((points[:, ::-1] * size[::-1] - 0.5) * 2**SUBPIXEL).astype(np.int32)
    cv2.fillPoly(canvas, [places[:, None]], 255, cv2.LINE_AA, SUBPIXEL)
    return canvas.astype(np.float32) / np.float32(255)


def strokes(lines: list[NDArray[np.floating]], widths: list[float], size: tuple[int, int]) -> Field:
    """Return (Y, X) coverage, 0 to 1, of open lines whose (y, x) points and widths are in shares of the image."""
    canvas = np.zeros(size, np.uint8)
    for points, width in zip(lines, widths, strict=True):
        places = np.round((points[:, ::-1] * size[::-1] - 0.5) * 2**SUBPIXEL).astype(np.int32)
        cv2.polylines(canvas, [places[:, None]], False, 255, max(1, round(width * size[0])), cv2.LINE_AA, SUBPIXEL)
    return canvas.astype(np.float32) / np.float32(255)


def scan(image: Field, scanner: Scanner, bits: int, rng: np.random.Generator) -> Array:
    """Return the picture as the site's scanner stores it: blurred, curved, noisy, cut to whole grey levels.

    Args:
        image: (Y, X) or (Y, X, 3), 0 to 1.
        scanner: the site's scanner.
        bits: stored bits, 8 to 16.
        rng: where the noise comes from.

    Returns:
        uint8 (8 bits) or uint16, same shape, 0 to 2**bits - 1.
    """
    seen = np.clip(blur(image, scanner.blur), 0, 1)
    if scanner.gamma != 1:
        seen = cv2.pow(seen, scanner.gamma)
    seen = seen * np.float32(scanner.gain)
    if seen.ndim == 3:
        seen = seen * np.asarray(scanner.tint, np.float32)
    seen = seen + np.float32(scanner.noise) * rng.standard_normal(seen.shape, dtype=np.float32)
    top = 2**bits - 1
    stored: Array = np.clip(np.rint(seen * top), 0, top).astype(np.uint8 if bits == 8 else np.uint16)
    return stored
