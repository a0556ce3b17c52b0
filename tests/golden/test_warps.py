"""Our warps against OpenCV, SciPy, scikit-image and torchvision, float images; tolerance stated with each."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage import transform

from bogam.augment.elastic import Elastic, _control
from bogam.augment.family import augmentations
from bogam.augment.maps import Bend, join, source_of
from bogam.augment.plan import Plan, replay
from bogam.core.types import Case
from bogam.models._torchvision_ops import declare_operators

declare_operators()
from torchvision.transforms.v2 import functional  # noqa: E402 - needs the operators

SHAPE = (70, 91)
INNER = (slice(2, -2), slice(2, -2))


def picture(shape=SHAPE, seed=0):
    """Return a smooth picture whose values lie between 1 and 2; the fill is 0."""
    noise = np.random.default_rng(seed).random(shape).astype(np.float32)
    smooth = ndimage.gaussian_filter(noise, 2)
    return 1 + (smooth - smooth.min()) / np.ptp(smooth)


def ours(entry, image):
    return replay(Case("a", image[None], (0.0, 2.0)), [entry]).image[0]


def inside(made, theirs):
    """Where neither image shows any of the fill."""
    return (ndimage.minimum_filter(made, 3) >= 1) & (ndimage.minimum_filter(theirs, 3) >= 1)


def same(made, theirs, tolerance):
    held = inside(made, theirs)
    assert held.mean() > 0.6
    assert np.abs(made - theirs)[held].max() < tolerance


@pytest.mark.parametrize("angle", [-33.0, 7.5, 90.0])
def test_rotate(angle):
    image = picture()
    made = ours({"augment": "rotate", "angle_degrees": angle}, image)
    middle = ((SHAPE[1] - 1) / 2, (SHAPE[0] - 1) / 2)
    by_cv = cv2.warpAffine(image, cv2.getRotationMatrix2D(middle, angle, 1.0), SHAPE[::-1])
    assert np.abs(made - by_cv).max() < 1e-4  # the border too
    same(made, transform.rotate(image, angle, order=1), 1e-4)
    by_torch = functional.rotate(torch.from_numpy(image)[None], angle, functional.InterpolationMode.BILINEAR)[0].numpy()
    same(made, by_torch, 1e-3)


def test_zoom_shift_and_shear():
    image = picture()
    y, x = (SHAPE[0] - 1) / 2, (SHAPE[1] - 1) / 2
    to_middle, back = transform.AffineTransform(translation=(-x, -y)), transform.AffineTransform(translation=(x, y))
    cases = [({"augment": "zoom", "factor": 1.3}, transform.AffineTransform(scale=1.3)),
             ({"augment": "shift", "down": 0.1, "right": -0.05}, transform.AffineTransform(translation=(-4.55, 7.0))),
             ({"augment": "shear", "rows_degrees": 12.0, "columns_degrees": -7.0},
              transform.AffineTransform(np.array([[1, math.tan(math.radians(12)), 0],
                                                  [math.tan(math.radians(-7)), 1, 0], [0, 0, 1]])))]
    for entry, about in cases:
        theirs = transform.warp(image, (to_middle + about + back).inverse, order=1)
        same(ours(entry, image), theirs, 1e-4)
    by_torch = functional.affine(torch.from_numpy(image)[None], 0.0, [0, 0], 1.3, [0.0, 0.0],
                                 functional.InterpolationMode.BILINEAR)[0].numpy()
    same(ours(cases[0][0], image), by_torch, 1e-3)
    by_torch = functional.affine(torch.from_numpy(image)[None], 0.0, [0, 0], 1.0, [-12.0, 0.0],
                                 functional.InterpolationMode.BILINEAR)[0].numpy()
    same(ours({"augment": "shear", "rows_degrees": 12.0, "columns_degrees": 0.0}, image), by_torch, 1e-3)


def test_crop():
    image = picture((60, 90))
    made = ours({"augment": "crop", "part": 0.5, "start": [0.25, 1 / 3]}, image)
    by_torch = functional.resized_crop(torch.from_numpy(image)[None], 15, 30, 30, 45, [60, 90], antialias=False)[0]
    assert np.abs(made - by_torch.numpy())[INNER].max() < 1e-4
    by_cv = cv2.resize(image[15:45, 30:75], (90, 60), interpolation=cv2.INTER_LINEAR)
    assert np.abs(made - by_cv)[INNER].max() < 1e-4


def test_perspective():
    image = picture()
    corners = [[0.06, 0.03], [-0.05, 0.04], [0.02, -0.06], [-0.03, -0.02]]
    made = ours({"augment": "perspective", "corners": corners}, image)
    height, width = SHAPE
    start = np.array([(x * width - 0.5, y * height - 0.5) for y, x in ((0, 0), (0, 1), (1, 0), (1, 1))], np.float32)
    end = start + np.array([(right * width, down * height) for down, right in corners], np.float32)
    by_cv = cv2.warpPerspective(image, cv2.getPerspectiveTransform(start, end), (width, height))
    assert np.abs(made - by_cv).max() < 2e-3
    made = ours({"augment": "perspective", "corners": [[0.1, 0.1], [0.1, -0.1], [-0.1, 0.1], [-0.1, 0.1]]}, image)
    first = [[-0.5, -0.5], [90.5, -0.5], [90.5, 69.5], [-0.5, 69.5]]
    last = [[8.6, 6.5], [81.4, 6.5], [99.6, 62.5], [8.6, 62.5]]
    theirs = transform.warp(image, transform.ProjectiveTransform.from_estimate(last, first), order=1)
    same(made, theirs, 1e-3)
    by_torch = functional.perspective(torch.from_numpy(image)[None], None, None, functional.InterpolationMode.BILINEAR,
                                      coefficients=_coefficients(entry_matrix("perspective", corners=corners)))
    same(ours({"augment": "perspective", "corners": corners}, image), by_torch[0].numpy(), 2e-3)


def entry_matrix(kind, **drawn):
    return np.array(augmentations.get(kind).matrix(drawn, SHAPE))


def _coefficients(forward):
    """Return torchvision's eight numbers of the map back, on columns (x, y, 1) that count from pixel corners."""
    swap = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1.0]])
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    back = np.linalg.inv(half) @ swap @ np.linalg.inv(forward) @ swap @ half
    return (back / back[2, 2]).ravel()[:8].tolist()


def test_optical_distortion_is_opencvs_rational_lens():
    image = picture()
    corner = 0.12
    made = ours({"augment": "optical-distortion", "corner": corner}, image)
    radius = math.hypot(*SHAPE) / 2
    camera = np.array([[radius, 0, (SHAPE[1] - 1) / 2], [0, radius, (SHAPE[0] - 1) / 2], [0, 0, 1]])
    lens = np.array([1 + 2 * corner, 0, 0, 0, 0, 1.0, 0, 0])  # k1, k2, p1, p2, k3, k4, k5, k6
    x, y = cv2.initUndistortRectifyMap(camera, lens, None, camera, SHAPE[::-1], cv2.CV_32FC1)
    theirs = cv2.remap(image, x, y, cv2.INTER_LINEAR)
    assert np.abs(made - theirs).max() < 1e-3


@pytest.mark.parametrize("shape", [(40, 53), (12, 30, 41)])
def test_elastic_is_scipys_cubic_spline_of_its_control_points(shape):
    drawn = {"cells": [3, 4, 5][3 - len(shape):], "shift": 0.3, "seed": 11}
    where = tuple(np.meshgrid(*(np.arange(side, dtype=np.float64) for side in shape), indexing="ij"))
    made = Elastic.source(where, drawn, shape)
    sizes = [side / count for side, count in zip(shape, drawn["cells"], strict=True)]
    index = [(place + 0.5) / size + 1 for place, size in zip(where, sizes, strict=True)]
    control = _control(11, tuple(drawn["cells"])).astype(np.float64)
    for axis, size in enumerate(sizes):
        shift = ndimage.map_coordinates(np.pad(control[axis], 3), [i + 3 for i in index], order=3, prefilter=False)
        assert np.abs(made[axis] - where[axis] - shift * 0.3 * size).max() < 1e-6
    assert max(np.abs(made[axis] - where[axis]).max() for axis in range(len(shape))) > 0.5


def test_elastic_is_torchvisions_displacement():
    image = picture()
    entry = {"augment": "elastic", "cells": [4, 4], "shift": 0.3, "seed": 5}
    y, x = (plane.astype(np.float32) for plane in np.meshgrid(*map(np.arange, SHAPE), indexing="ij"))
    read_y, read_x = Elastic.source((y, x), entry, SHAPE)
    shift = np.stack([(read_x - x) * 2 / SHAPE[1], (read_y - y) * 2 / SHAPE[0]], axis=-1)[None]
    by_torch = functional.elastic(torch.from_numpy(image)[None, None], torch.from_numpy(shift).float())[0, 0].numpy()
    same(ours(entry, image), by_torch, 2e-3)


def test_mirrors_and_turns():
    image = picture((50, 50))
    for entry, theirs in (({"augment": "flip-horizontal"}, cv2.flip(image, 1)),
                          ({"augment": "flip-vertical"}, cv2.flip(image, 0)),
                          ({"augment": "quarter-turn", "turns": 1}, cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE)),
                          ({"augment": "quarter-turn", "turns": 3}, cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)),
                          ({"augment": "quarter-turn", "turns": 2}, np.rot90(image, 2))):
        assert np.array_equal(ours(entry, image), theirs)


@pytest.mark.parametrize("kinds", [("grid-distortion",), ("elastic", "rotate", "optical-distortion"),
                                   ("perspective", "crop", "grid-distortion", "shear")])
@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "f4"])
def test_a_joined_chain_is_scipys_sampling_of_the_exact_map(kinds, dtype):
    low, high = {"u1": (0, 255), "u2": (0, 4095), "i2": (-1000, 2000), "f4": (0, 1)}[dtype]
    image = (low + (picture((140, 150)) - 1) * (high - low)).astype(dtype)[None]
    mask = (image > np.median(image)).astype(np.uint8)
    case = Case("a", image, (float(low), float(high)), masks=mask)
    plan = Plan([augmentations.parse({kind: {"probability": 1.0}}) for kind in kinds], seed=3)
    made = plan.apply(case, plan.draw(case, 0))
    where = sampling(made.history, image.shape[1:])
    theirs = by_scipy(image[0], where, 1, low)
    assert np.abs(made.image[0] - theirs).max() <= (high - low) * 0.004 + (dtype != "f4") * 0.51
    assert np.abs(made.image[0] - theirs).mean() < (high - low) * 0.0005 + (dtype != "f4") * 0.3
    assert (made.masks[0] != by_scipy(mask[0], where, 0, 0)).mean() < 0.003


@pytest.mark.parametrize("kinds", [("rotate",), ("elastic",), ("flip-depth", "shift", "zoom"), ("grid-distortion",),
                                   ("rotate", "elastic", "crop", "optical-distortion"), ("perspective", "shear")])
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4"])
def test_a_volume_is_scipys_sampling_of_the_exact_map(kinds, dtype):
    low, high = {"u1": (0, 255), "i2": (-1000, 2000), "f4": (0, 1)}[dtype]
    volume = (low + (picture((14, 33, 41)) - 1) * (high - low)).astype(dtype)[None]
    mask = (volume > np.median(volume)).astype(np.uint8)
    case = Case("a", volume, (float(low), float(high)), masks=mask, spacing_mm=(3.0, 1.0, 0.8))
    settings = {"rotate": {"tilt_degrees": [-9.0, 9.0]}}
    plan = Plan([augmentations.parse({kind: {"probability": 1.0, **settings.get(kind, {})}}) for kind in kinds], seed=4)
    made = plan.apply(case, plan.draw(case, 0))
    where = sampling(made.history, volume.shape[1:])
    theirs = by_scipy(volume[0], where, 1, low)
    assert np.abs(made.image[0] - theirs).max() <= (high - low) * 0.01 + (dtype != "f4") * 0.51
    assert np.abs(made.image[0] - theirs).mean() < (high - low) * 0.0005 + (dtype != "f4") * 0.3
    assert (made.masks[0] != by_scipy(mask[0], where, 0, 0)).mean() < 0.003


def sampling(history, shape):
    moves = []
    for entry in history:
        part = augmentations.get(entry["augment"])
        moves.append(Bend(part.source, entry) if part.bends else part.matrix(entry, shape))
    exact = tuple(np.meshgrid(*(np.arange(side, dtype=np.float64) for side in shape), indexing="ij"))
    return [np.broadcast_to(axis, shape) for axis in source_of(join(moves, len(shape)), exact, shape)]


def by_scipy(image, where, order, fill):
    """Sample as if the image lay in an endless plane of fill."""
    padded = np.pad(image.astype(np.float64), 2, constant_values=fill)
    return ndimage.map_coordinates(padded, [axis + 2 for axis in where], order=order, mode="constant", cval=fill)
