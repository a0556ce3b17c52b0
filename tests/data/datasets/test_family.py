"""Known data sets: recognized by file names, related by patients."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bogam.data.datasets.family import dataset_of, datasets, identify, known, share_patients


@pytest.mark.parametrize(("names", "name"), [
    (["Dataset_BUSI_with_GT/benign/benign (1).png", "Dataset_BUSI_with_GT/benign/benign (1)_mask.png"], "busi"),
    (["8863/0/8863_idx5_x51_y1251_class0.png"], "idc"),
    (["chest_xray/train/PNEUMONIA/person1_bacteria_1.jpeg", "test/NORMAL/NORMAL2-IM-0001-0001.jpeg",
      "test/NORMAL/IM-0001-0001.jpeg"], "kermany"),
    (["breastmnist.npz"], "breastmnist"),
    (["pneumoniamnist_64.npz"], "pneumoniamnist"),
    (["some/other.png"], None),
    ([], None)])
def test_identify(names: list[str], name: str | None) -> None:
    found = identify(names)
    assert (found[0] if found else None) == name


def test_every_data_set_says_what_it_must() -> None:
    assert {"busi", "idc", "kermany", "medmnist"} <= set(datasets.names())
    for part in known():
        assert part.__doc__
        assert part.title
        assert part.licence
        assert part.citation
        assert part.url.startswith("https://")
        assert part.tasks
        assert part.counts
        assert part.group
        assert part.steps
        assert part.defects
        assert all(step.endswith(".") for step in part.steps)
        assert all(link.startswith("https://") for link in part.downloads.values())
        assert set(part.checksums) <= set(part.downloads) or not part.downloads
        assert all(re.fullmatch("[0-9a-f]{32}", digest) for digest in part.checksums.values())


def test_every_figure_has_a_source_and_a_figure_without_one_is_null() -> None:
    for part in known():
        assert set(part.sources) - {"*"} <= set(part.counts)
        for key, figure in part.counts.items():
            assert figure is None or figure > 0 or key.endswith("/validation"), f"{part.title}, {key}"
            if figure is not None:
                assert re.match(r"https://\S+\.\S+", part.source_of(key)), f"{part.title}, {key}"


def test_figures_of_a_member() -> None:
    medmnist = dataset_of("medmnist")
    assert medmnist.published("breastmnist") == {"train/images": 546, "validation/images": 78, "test/images": 156}
    assert medmnist.published("organmnist3d")["train/volumes"] == 971
    assert dataset_of("idc").published("idc")["patients"] is None


def test_relatives_are_known_and_mutual() -> None:
    names = {n for part in known() for n in (str(part.model_fields["kind"].default), *getattr(part, "members", {}))}
    for name in names:
        for relative in dataset_of(name).known_relatives(name):
            if relative in names:
                assert share_patients(relative, name), f"{name}, {relative}"


def test_nine_of_ten_names_are_enough_and_masks_do_not_count() -> None:
    names = [f"benign/benign ({n}).png" for n in range(9)]
    masks = [f"benign/benign ({n})_mask_1.png" for n in range(9)]
    assert identify([*names, *masks, "x.png"]) is not None
    assert identify([*names, *masks, "x.png", "y.png"]) is None
    assert identify(masks) is None


def test_relatives() -> None:
    assert "same patients" in str(share_patients("pneumoniamnist", "kermany"))
    assert "same patients" in str(share_patients("busi", "breastmnist"))
    assert share_patients("busi", "kermany") is None
    assert share_patients("bloodmnist", "pneumoniamnist") is None
    assert share_patients(None, "busi") is None
    assert "same patients" in str(share_patients("organamnist", "organsmnist"))


def test_dataset_of_a_member() -> None:
    assert dataset_of("pneumoniamnist") is dataset_of("medmnist")
    assert dataset_of("busi").counts["malignant"] == 210
    with pytest.raises(ValueError, match="busi"):
        dataset_of("buzi")


def test_recognizes_a_folder(tmp_path: Path) -> None:
    from bogam.data.datasets.idc import Idc
    (tmp_path / "8863/0").mkdir(parents=True)
    (tmp_path / "8863/0/8863_idx5_x51_y1251_class0.png").write_bytes(b"")
    assert Idc.recognizes(tmp_path)
    assert not dataset_of("busi").recognizes(tmp_path)
