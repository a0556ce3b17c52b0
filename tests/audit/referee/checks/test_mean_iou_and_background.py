"""A mean IoU above the Dice."""

KIND = "mean-iou-and-background"


def test_bounds_of_the_foreground(objections) -> None:
    found, = objections(KIND, {"network": "a", "mean_iou": ".701", "dice": ".506"})
    assert found.severity == "remark"
    # 2 * .7005 - 1 = .401; Dice .5065 above
    assert "the foreground alone is then 0.401 to 0.507" in found.numbers


def test_nothing_to_say(objections) -> None:
    assert objections(KIND, {"network": "a", "mean_iou": ".5", "dice": ".6"}) == []
    assert objections(KIND, {"network": "a", "mean_iou": ".7", "dice": ".5", "iou": ".34"}) == []  # it is given


def test_other_images(objections) -> None:
    found, = objections(KIND, {"network": "a", "mean_iou": ".90", "dice": ".50"})
    assert "cannot be of the same images" in found.numbers
