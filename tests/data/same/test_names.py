"""What names say of parents."""

import pytest

from bogam.data.same.names import children_by_name


def said(*paths: str) -> list[tuple[str, str, str]]:
    return [(n.child, n.parent, n.kind) for n in children_by_name({p: p for p in paths})]


@pytest.mark.parametrize("child", ["x1_aug3.png", "x1_flip.png", "aug_x1.png", "x1_rot90.png", "x1-clahe.jpg",
                                   "aug_2_x1.png", "x1_flip_blur.png", "x1_rot-15.png", "X1_GAUSSIAN_BLUR.png"])
def test_additions_of_augmentation(child: str) -> None:
    assert said("a/x1.png", f"b/{child}") == [(f"b/{child}", "a/x1.png", "derived")]


def test_masks_and_copies() -> None:
    assert said("x.png", "x_mask.png", "x_mask_1.png") == [("x_mask.png", "x.png", "mask"),
                                                           ("x_mask_1.png", "x.png", "mask")]
    assert said("x.png", "x (2).png", "x - Copy.png") == [("x (2).png", "x.png", "copy"),
                                                          ("x - Copy.png", "x.png", "copy")]


def test_numbers_and_words_without_a_parent_say_nothing() -> None:
    assert said("benign (1).png", "benign (2).png") == []
    assert said("CT_contrast_1.png", "CT_contrast_2.png") == []
    assert said("person1_bacteria_2.jpeg", "person1_bacteria_3.jpeg") == []
    assert said("v.nii#z=1", "v.nii#z=2") == []


def test_versions_of_a_picture_that_is_not_there() -> None:
    assert said("7_aug_1.png", "7_aug_2.png") == [("7_aug_1.png", "", "derived"), ("7_aug_2.png", "", "derived")]
    hashed = [f"x_jpg.rf.{c * 16}.jpg" for c in "ab"]
    assert said(*hashed) == [(h, "", "derived") for h in hashed]


def test_the_parent_of_the_same_folder_comes_first() -> None:
    assert said("a/x.png", "b/x.png", "b/x_flip.png") == [("b/x_flip.png", "b/x.png", "derived")]
    assert said("a/x.png", "b/x.png", "c/x_flip.png") == []
