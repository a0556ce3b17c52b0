"""The executor: maps and curves worked by hand, at all depths."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment import apply_cpu, sampling
from bogam.augment.apply_cpu import check_levels, tone, warp
from bogam.augment.brightness import Brightness
from bogam.augment.contrast import Contrast
from bogam.augment.family import Augment
from bogam.augment.gamma import Gamma
from bogam.augment.maps import multiply
from bogam.augment.rotate import Rotate
from bogam.augment.zoom import Zoom
from bogam.core.errors import UserError
from bogam.core.types import Case

RIGHT_ONE = ((1.0, 0.0, 0.0), (0.0, 1.0, 1.0), (0.0, 0.0, 1.0))
MIRROR = ((1.0, 0.0, 0.0), (0.0, -1.0, 3.0), (0.0, 0.0, 1.0))


def make_case(**changes):
    image = np.arange(12, dtype=np.int16).reshape(1, 3, 4) - 100
    return Case("a", image, (-1000, 400)).but(**changes)


def test_fill_is_the_lowest_level_and_belongs_to_no_mask():
    made = warp(make_case(masks=np.ones((2, 3, 4), np.uint8)), RIGHT_ONE)
    assert made.image[0].tolist() == [[-1000, -100, -99, -98], [-1000, -96, -95, -94], [-1000, -92, -91, -90]]
    assert made.masks[1].tolist() == [[0, 1, 1, 1]] * 3


def test_fill_without_levels_is_the_images_minimum():
    assert warp(make_case(levels=None), RIGHT_ONE).image[0, :, 0].tolist() == [-100, -100, -100]


def test_half_a_pixel_mixes_two_neighbors():
    half = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.5), (0.0, 0.0, 1.0))
    image = np.array([[[0, 10, 20, 40]]], np.float32)
    assert warp(Case("a", image, (0, 100)), half).image.tolist() == [[[0, 5, 15, 30]]]


def test_a_wide_and_low_image_keeps_its_shape():
    turn = ((0.0, -1.0, 1.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    image = np.arange(10, dtype=np.uint8).reshape(1, 2, 5)
    made = warp(Case("a", image, (0, 255)), turn).image[0]
    # (y, x) goes to (1 - x, y): columns 0 and 1 become rows 1 and 0
    assert made.tolist() == [[1, 6, 0, 0, 0], [0, 5, 0, 0, 0]]


def test_mirrors_are_exact_and_need_no_interpolation(monkeypatch):
    monkeypatch.setattr(sampling, "_by_matrix", None)
    made = warp(make_case(), MIRROR)
    assert made.image[0, 0].tolist() == [-97, -98, -99, -100]
    assert np.array_equal(warp(made, MIRROR).image, make_case().image)


def test_boxes_move_with_the_pixels_they_cover():
    boxes = np.array([[0.0, 0.0, 2.0, 1.0], [1.0, 3.0, 2.0, 4.0]])
    case = make_case(boxes=boxes, box_labels=("left", "right"))
    made = warp(case, MIRROR)
    assert made.boxes.tolist() == [[0, 3, 2, 4], [1, 0, 2, 1]]
    moved = warp(case, RIGHT_ONE)
    assert moved.boxes.tolist() == [[0, 1, 2, 2]]  # the other one has left the image
    assert moved.box_labels == ("left",)


def test_zoom_by_two_doubles_a_box_about_the_center():
    case = Case("a", np.zeros((1, 8, 8), np.uint8), (0, 255), boxes=np.array([[3.0, 3.0, 5.0, 5.0]]),
                points=np.array([[3.5, 4.5], [0.0, 0.0]]))
    made = warp(case, Zoom.matrix({"factor": 2.0}, (8, 8)))
    assert made.boxes.tolist() == [[2, 2, 6, 6]]
    assert made.points.tolist() == [[3.5, 5.5], [-3.5, -3.5]]  # a point outside stays in its place of the list


def test_no_boxes_stay_no_boxes():
    made = warp(make_case(boxes=np.zeros((0, 4))), RIGHT_ONE)
    assert made.boxes.shape == (0, 4)
    assert warp(make_case(), RIGHT_ONE).boxes is None


def test_spacing_and_affine_follow_a_zoom():
    affine = np.diag([3.0, 0.5, 0.25, 1.0])
    made = warp(make_case(spacing_mm=(0.5, 0.25), affine=affine), Zoom.matrix({"factor": 2.0}, (3, 4)))
    assert made.spacing_mm == (0.25, 0.125)
    center = np.array([0.0, 1.0, 1.5, 1.0])
    assert (made.affine @ center).tolist() == (affine @ center).tolist()
    corner, source = np.array([0.0, 0.0, 0.0, 1.0]), np.array([0.0, 0.5, 0.75, 1.0])
    assert (made.affine @ corner).tolist() == (affine @ source).tolist()


def test_the_affine_after_a_turn_still_points_at_the_same_tissue():
    turn = ((0.0, -1.0, 2.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    made = warp(make_case(spacing_mm=(2.0, 0.5), affine=np.diag([1.0, 2.0, 0.5, 1.0])), turn)
    assert made.spacing_mm == (0.5, 2.0)
    # pixel (0, 1) goes to (1, 0)
    assert (made.affine @ [0, 1, 0, 1]).tolist() == [0, 0, 0.5, 1]


def test_multiply_agrees_with_numpy():
    rng = np.random.default_rng(0)
    one, two = np.eye(3), np.eye(3)
    one[:2], two[:2] = rng.random((2, 3)), rng.random((2, 3))
    made = multiply(tuple(map(tuple, one)), tuple(map(tuple, two)))
    assert np.allclose(made, one @ two, atol=1e-15)


BRIGHTER = (Brightness, {"add": 0.5})
GAMMA_2 = (Gamma, {"gamma": 2.0})


def test_a_tone_acts_over_the_levels_not_over_the_dtype():
    image = np.array([[[0, 1000, 4000]]], np.uint16)
    assert tone(image, (0, 4000), [GAMMA_2]).tolist() == [[[0, 250, 4000]]]
    assert tone(image, (0, 4000), [BRIGHTER]).tolist() == [[[2000, 3000, 4000]]]


@pytest.mark.parametrize("repeat", [1, 5000])  # fewer pixels than the table has entries, and more
def test_values_outside_the_levels_are_clamped(repeat):
    image = np.tile(np.array([-1024, -160, 40, 240, 3000], np.int16), repeat)[None, None]
    made = tone(image, (-160, 240), [GAMMA_2])
    assert made.dtype == np.int16
    assert made[0, 0, :5].tolist() == [-160, -160, -60, 240, 240]
    assert np.array_equal(made[0, 0], np.tile(made[0, 0, :5], repeat))


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (10, 200)), ("u2", (0, 4095)), ("u2", (100, 5000)),
                                               ("i2", (-1000, 1000)), ("u2", (0.5, 300.5))])
def test_the_table_gives_what_the_function_gives(dtype, levels):
    rng = np.random.default_rng(0)
    image = rng.integers(max(levels[0] - 50, np.iinfo(dtype).min), min(levels[1] + 50, np.iinfo(dtype).max),
                         (1, 100, 100)).astype(dtype)
    steps = [(Gamma, {"gamma": 0.7}), (Contrast, {"factor": 1.3}), BRIGHTER]
    direct = apply_cpu.write_levels(apply_cpu.bend(apply_cpu.read_levels(image, levels), steps), levels, image.dtype)
    assert np.array_equal(tone(image, levels, steps), direct)


def test_each_tone_is_clamped_before_the_next():
    image = np.array([[[200]]], np.uint8)
    darker = (Brightness, {"add": -0.5})
    assert tone(image, (0, 255), [BRIGHTER, darker]).item() == 128  # 1.28 became 1, not 0.78


def test_fused_tones_round_once():
    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    steps = [(Gamma, {"gamma": 3.0}), (Gamma, {"gamma": 1 / 3})]
    assert np.array_equal(tone(image, (0, 255), steps), image)
    apart = tone(tone(image, (0, 255), steps[:1]), (0, 255), steps[1:])
    assert not np.array_equal(apart, image)


def test_float_images_stay_float32_and_keep_their_range():
    image = np.array([[[-1.0, 0.0, 1.0]]], np.float32)
    made = tone(image, (-1.0, 1.0), [GAMMA_2])
    assert made.dtype == np.float32
    assert made.tolist() == [[[-1.0, -0.5, 1.0]]]


@pytest.mark.parametrize("levels", [(5, 5), (-40000, 400), (0, 32768)])
def test_levels_are_never_guessed(levels):
    with pytest.raises(UserError, match=r"case a, augmentation gamma: got grey levels \(.* for int16 pixels, expected"):
        check_levels(make_case(levels=levels), "gamma")


def test_levels_that_fill_the_dtype_are_fine():
    assert check_levels(make_case(levels=(-32768, 32767)), "gamma") == (-32768, 32767)


@pytest.mark.parametrize("planes", [1, 2, 8, 9, 17])
@pytest.mark.parametrize("largest", [1, 3])
def test_many_masks_move_as_each_alone(planes, largest):
    masks = np.random.default_rng(planes).integers(0, largest + 1, (planes, 20, 30)).astype(np.uint8)
    turn = Rotate.matrix({"angle_degrees": 20.0}, (20, 30))
    image = np.zeros((1, 20, 30), np.uint8)
    made = warp(Case("a", image, (0, 255), masks=masks), turn).masks
    for mask, held in zip(masks, made, strict=True):
        assert np.array_equal(held, warp(Case("a", image, (0, 255), masks=mask[None]), turn).masks[0])


def test_masks_that_share_a_look_up_make_one_call(monkeypatch):
    calls = []
    real = sampling.cv2.warpAffine
    monkeypatch.setattr(sampling.cv2, "warpAffine", lambda *a, **k: calls.append(1) or real(*a, **k))
    masks = np.ones((8, 20, 30), np.uint8)
    warp(Case("a", np.zeros((1, 20, 30), np.uint8), (0, 255), masks=masks),
         Rotate.matrix({"angle_degrees": 20.0}, (20, 30)))
    assert len(calls) == 2


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize(("dtype", "levels"), [("u2", (100, 900)), ("i2", (-300, 500)), ("i2", (-900, -100)),
                                               ("i2", (5, 600)), ("i2", (-32768, 32767)), ("u2", (0, 65535))])
def test_wide_tables_and_plain_indexing_agree(dtype, levels, wide, monkeypatch):
    if wide and not apply_cpu._wide_tables():
        pytest.skip("this OpenCV looks up 8 bit only")
    monkeypatch.setattr(apply_cpu, "_wide_tables", lambda: wide)
    info = np.iinfo(dtype)
    image = np.concatenate([np.arange(max(info.min, levels[0] - 60), min(info.max, levels[1] + 60) + 1),
                            [info.min, info.max]]).astype(dtype)[None, None]
    image = np.tile(image, 3)
    bent = apply_cpu.bend(apply_cpu.read_levels(image, levels), [GAMMA_2])
    assert np.array_equal(tone(image, levels, [GAMMA_2]), apply_cpu.write_levels(bent, levels, image.dtype))


def test_a_tone_that_returns_what_it_was_given_leaves_it_alone():
    class Nothing(Augment):
        @staticmethod
        def tone(level, drawn):
            return level

    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    made = tone(image, (0, 255), [(Nothing, {}), BRIGHTER, (Nothing, {})])
    assert np.array_equal(made, tone(image, (0, 255), [BRIGHTER]))


def test_only_an_image_of_ones_own_is_overwritten():
    from bogam.augment.plan import replay

    image = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    kept = image.copy()
    flip, lift = {"augment": "flip-horizontal"}, {"augment": "brightness", "add": 0.5}
    still = {"augment": "shift", "down": 0.0, "right": 0.0}
    for history in ([flip, flip, lift], [lift, lift], [flip, lift], [still, lift]):
        made = replay(Case("a", image, (0, 15)), history).image
        assert np.array_equal(image, kept)
        assert made.max() == 15
