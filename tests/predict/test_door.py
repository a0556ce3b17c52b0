"""Cases become one tensor."""

import numpy as np
import pytest
import torch

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.predict.door import Door
from bogam.prepare.normalize import Normalize


def case(name: str, image: np.ndarray, levels: tuple[float, float] | None) -> Case:
    return Case(name, image, levels)


def test_each_case_is_scaled_by_its_own_range_whatever_its_depth() -> None:
    door = Door(Normalize(to="zero-one"))
    images = door.tensor([case("a", np.array([[[0, 51, 255]]], np.uint8), (0, 255)),
                          case("b", np.array([[[0, 819, 4095]]], np.uint16), (0, 4095)),
                          case("c", np.array([[[-1000, -600, 1000]]], np.int16), (-1000, 1000))])
    assert images.dtype == torch.float32
    assert images.shape == (3, 1, 1, 3)
    assert images[:, 0, 0].numpy() == pytest.approx(np.array([[0, 0.2, 1]] * 3), abs=1e-6)


def test_statistics_are_those_of_the_model_folder_not_of_the_batch() -> None:
    fitted = Normalize(to="z-score").fit([(np.array([[[0, 255]]], np.uint8), (0.0, 255.0))])
    door = Door(Normalize(to="z-score"), fitted)
    one, other = (case(n, np.full((1, 1, 2), v, np.uint8), (0, 255)) for n, v in (("a", 255), ("b", 0)))
    alone, together = door.tensor([one]), door.tensor([one, other])
    assert torch.equal(alone[0], together[0])
    assert alone.flatten().tolist() == pytest.approx([1, 1], abs=1e-4)  # mean 0.5, deviation 0.5


def test_different_shapes_and_missing_ranges_say_what_to_do() -> None:
    door = Door(Normalize())
    first = case("a", np.zeros((1, 4, 4), np.uint8), (0, 255))
    with pytest.raises(UserError, match=r"case b: got an image of shape \(3, 4, 4\), expected \(1, 4, 4\).*channels"):
        door.tensor([first, case("b", np.zeros((3, 4, 4), np.uint8), (0, 255))])
    with pytest.raises(UserError, match=r"case b: got no grey range.*window"):
        door.tensor([first, case("b", np.zeros((1, 4, 4), np.uint8), None)])
