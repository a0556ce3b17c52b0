"""Reading recipes, and what a faulty one says."""

import json
import re
from pathlib import Path

import pytest

from bogam.augment._modality_sets import MODALITIES, STRENGTHS
from bogam.augment.family import augmentations
from bogam.augment.sets import SETS
from bogam.core.errors import UserError
from bogam.study.commented import commented
from bogam.study.recipe import Recipe, cells, control_of, label_of, load_recipe, parse_recipe, schema

PLAIN = {"task": "segmentation", "data": {"root": "."}, "prepare": ["normalize"], "model": "unet", "loss": "bce"}


def test_every_field_survives_yaml(tmp_path: Path) -> None:
    recipe = parse_recipe({**PLAIN, "augment": "geometric", "axes": {"loss": ["bce", {"tversky": {"alpha": 0.3}}]}})
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe.to_yaml(), encoding="utf-8")
    again = load_recipe(path)
    assert again.model_copy(update={"data": recipe.data}) == recipe
    assert [c.labels for c in cells(again)] == [{"loss": "bce"}, {"loss": "tversky(alpha=0.3)"}]


def test_all_faults_at_once_with_near_misses() -> None:
    with pytest.raises(UserError) as caught:
        parse_recipe({**PLAIN, "model": "unett", "los": "dice", "train": {"epoch": 3}})
    text = str(caught.value)
    assert "Did you mean 'unet'" in text
    assert "Did you mean 'loss'" in text
    assert "Did you mean 'train.epochs'" in text


def test_augment_takes_every_set_every_part_and_lists_of_both() -> None:
    for name, steps in SETS.items():
        assert [s.kind for s in parse_recipe({**PLAIN, "augment": name}).augment] == [k for s in steps for k in s]
    made = parse_recipe({**PLAIN, "augment": ["x-ray-light", "cutout", {"gamma": {"gamma": [0.5, 2.0]}}]}).augment
    assert [step.kind for step in made] == [*(k for s in SETS["x-ray-light"] for k in s), "cutout", "gamma"]
    with pytest.raises(UserError, match="Did you mean 'x-ray-light'"):
        parse_recipe({**PLAIN, "augment": ["x-ray-ligth"]})
    for wrong in (None, 3, [["gamma"]]):
        with pytest.raises(UserError, match="expected the name of an augmentation"):
            parse_recipe({**PLAIN, "augment": wrong})


def test_the_schema_allows_and_describes_what_augment_takes() -> None:
    made = schema()
    one = made["$defs"]["Augment"]["anyOf"]
    assert one[0]["enum"] == list(SETS)
    assert one[1]["enum"] == augmentations.names()
    assert {name for option in one[2:] for name in option["properties"]} == set(augmentations.names())
    held = made["properties"]["augment"]
    assert held["anyOf"] == [{"$ref": "#/$defs/Augment"}, {"type": "array", "items": {"$ref": "#/$defs/Augment"}}]
    assert all(word in held["description"] for word in ("none, geometric, filter, all", *MODALITIES, *STRENGTHS))
    assert set(re.findall(r"#/\$defs/(\w+)", json.dumps(made))) <= set(made["$defs"])  # no reference leads nowhere


def test_parts_that_do_not_fit_the_task() -> None:
    with pytest.raises(UserError, match="residual, which does classification, expected segmentation"):
        parse_recipe({**PLAIN, "model": "residual"})
    with pytest.raises(UserError, match="no normalize step at the end"):
        parse_recipe({**PLAIN, "prepare": []})


def test_mixes_are_axis_values_and_what_hurts_a_task_is_refused() -> None:
    plain = {**PLAIN, "task": "classification", "model": "residual", "loss": "cross-entropy"}
    wanted = ["none", "mixup", "cutmix", "ricap", "perlin", ["flip-horizontal", {"cutmix": {"probability": 0.3}}]]
    made = cells(parse_recipe({**plain, "axes": {"augment": wanted}}))
    assert [step.kind for step in made[-1].recipe.augment] == ["flip-horizontal", "cutmix"]
    with pytest.raises(UserError, match="augment=copy-paste: augment: got copy-paste for a classification"):
        cells(parse_recipe({**plain, "axes": {"augment": ["none", "copy-paste"]}}))
    with pytest.raises(UserError, match=r"got mixup for a segmentation.*on_masks: blend"):
        parse_recipe({**PLAIN, "augment": "mixup"})
    with pytest.raises(UserError, match="got 2 steps that branch into views, expected one at most"):
        parse_recipe({**plain, "augment": ["augmix", "augmix"]})
    with pytest.raises(UserError, match=r"rotate for a segmentation.*put warps before or after"):
        parse_recipe({**PLAIN, "augment": {"augmix": {"steps": ["rotate"]}}})
    assert parse_recipe({**PLAIN, "augment": {"mixup": {"on_masks": "blend"}}}).augment[0].kind == "mixup"


def test_burnt_in_text_refuses_mirrors_and_sides_refuse_chains_that_mirror() -> None:
    kept = {**PLAIN, "data": {"root": ".", "laterality": "keep"}}
    with pytest.raises(UserError, match=r"flip-vertical, flip-horizontal with data\.laterality: keep"):
        parse_recipe({**kept, "augment": "geometric"})
    assert parse_recipe({**kept, "augment": ["rotate", "gamma"]}).data.laterality == "keep"
    with pytest.raises(UserError, match=r"got flip-horizontal with data\.laterality"):
        parse_recipe({**kept, "task": "classification", "model": "residual", "loss": "cross-entropy",
                      "augment": {"augmix": {"steps": ["flip-horizontal", "gamma"]}}})
    with pytest.raises(UserError, match=r"got flip-horizontal with data\.sides"):
        parse_recipe({**PLAIN, "task": "classification", "model": "residual", "loss": "cross-entropy",
                      "data": {"root": ".", "sides": {"l": "r"}},
                      "augment": {"augmix": {"steps": ["flip-horizontal", "gamma"]}}})


def test_cells_are_the_product_and_arms_change_keys_together() -> None:
    recipe = parse_recipe({**PLAIN, "axes": {"augment": ["none", "geometric"], "train.epochs": [5, 6, 7]}})
    made = cells(recipe)
    assert len(made) == 6
    assert made[-1].recipe.train.epochs == 7
    assert len(made[-1].recipe.augment) > 0
    arms = parse_recipe({**PLAIN, "arms": [{"label": "small", "model": {"unet": {"width": 4}}, "train.epochs": 3},
                                           {"label": "large", "model": {"unet": {"width": 8}}}]})
    assert [c.recipe.train.epochs for c in cells(arms)] == [3, 40]


def test_faulty_axis_values_are_all_named() -> None:
    with pytest.raises(UserError, match=r"loss=nope.*\n?.*"):
        cells(parse_recipe({**PLAIN, "axes": {"loss": ["bce", "nope"]}}))
    with pytest.raises(UserError, match="a label twice"):
        cells(parse_recipe({**PLAIN, "axes": {"loss": ["bce", "bce"]}}))
    with pytest.raises(UserError, match="a key that all cells share"):
        cells(parse_recipe({**PLAIN, "axes": {"split.folds": [3, 5]}}))


def test_a_control_that_is_not_there_names_the_fix(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(parse_recipe({**PLAIN, "axes": {"loss": ["bce", "dice"]},
                                  "report": {"control": {"loss": "dice"}}}).to_yaml(), encoding="utf-8")
    assert control_of(load_recipe(path)) == {"loss": "dice"}
    alone = "axes={}"
    with pytest.raises(UserError, match=re.escape("--set 'report.control={}'")):
        control_of(load_recipe(path, [alone]))
    assert control_of(load_recipe(path, [alone, "report.control={}"])) == {}
    with pytest.raises(UserError, match="Did you mean 'dice'"):
        control_of(load_recipe(path, ["report.control.loss=dise"]))


def test_overrides(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(parse_recipe(PLAIN).to_yaml(), encoding="utf-8")
    assert load_recipe(path, ["train.epochs=5", "model.unet.width=4"]).train.epochs == 5
    with pytest.raises(UserError, match="expected key=value"):
        load_recipe(path, ["train.epochs"])
    with pytest.raises(UserError, match=r"train\.epochz.*Did you mean 'train.epochs'"):
        load_recipe(path, ["train.epochz=5"])


@pytest.mark.parametrize(("override", "message"), [
    ("train.epochs=[1", "a value in YAML"),
    ("train.epochs.x=1", "`epochs` is 40 and holds no keys"),
    ("train.seeds.0.x=1", "`0` is 0 and holds no keys"),
    ("prepare.9.resize=1", "There are resize, normalize; '9' is none of them"),
    ("prepare.resizze.size=[3, 3]", "'resizze' is none of them"),
    ("prepare.resizze=1", "'resizze' is none of them"),
])
def test_overrides_that_lead_nowhere_say_where(tmp_path: Path, override: str, message: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(parse_recipe({**PLAIN, "prepare": ["resize", "normalize"]}).to_yaml(), encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(message)):
        load_recipe(path, [override])


def test_overrides_reach_into_lists(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(parse_recipe({**PLAIN, "prepare": ["resize", "normalize"]}).to_yaml(), encoding="utf-8")
    made = load_recipe(path, ["prepare.resize.size=[8, 9]", "prepare.1.normalize.to=z-score", "train.seeds.0=7"])
    assert made.prepare[0].to_yaml()["resize"]["size"] == [8, 9]
    assert made.prepare[1].to_yaml()["normalize"]["to"] == "z-score"
    assert made.train.seeds == [7]
    made = load_recipe(path, ["prepare.resize={resize: {size: [5, 6]}}"])
    assert made.prepare[0].to_yaml()["resize"]["size"] == [5, 6]


def test_class_weights_that_would_do_nothing_are_refused() -> None:
    with pytest.raises(UserError, match="balanced for a segmentation"):
        parse_recipe({**PLAIN, "train": {"class_weights": "balanced"}})


def test_files_that_are_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        load_recipe(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [1", encoding="utf-8")
    with pytest.raises(UserError, match="no YAML"):
        load_recipe(tmp_path / "bad.yaml")
    (tmp_path / "list.yaml").write_text("- 1", encoding="utf-8")
    with pytest.raises(UserError, match="a list, expected a mapping"):
        load_recipe(tmp_path / "list.yaml")


def test_a_commented_recipe_reads_back_as_itself(tmp_path: Path) -> None:
    recipe = parse_recipe({**PLAIN, "augment": ["flip-horizontal"], "axes": {"augment": ["none", "geometric"]},
                           "data": {"root": ".", "patient": "{patient}_{rest}"}})
    path = tmp_path / "c.yaml"
    path.write_text(commented(recipe, {"data.root": "12 images."}), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    assert "# 12 images." in text
    assert "# Passes through the training part." in text
    assert load_recipe(path).to_dict() | {"data": 0} == recipe.to_dict() | {"data": 0}
    for name in Recipe.model_fields:
        assert f"\n{name}:" in text


def test_labels() -> None:
    assert label_of(["flip-horizontal", {"gamma": {}}])[0] == "flip-horizontal+gamma"
    assert label_of({"label": "mine", "value": 3}) == ("mine", 3)
