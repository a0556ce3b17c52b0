"""The demo: the whole job on phantom images, in minutes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.study.recipe import Recipe, load_recipe

RECIPE = """\
# The recipe of `bogam demo`: does augmentation help, does the loss matter, on phantom ultrasound images?
name: demo
task: segmentation
data: {root: images/site-a, patient: 'PATIENT', channels: gray}
split: {kind: kfold, folds: 3, validation: 0.2}
prepare:
  - resize: {size: [64, 64], keep: long-side}
  - normalize: {to: zero-one}
augment: none
model: {unet: {width: 8, depth: 3}}
loss: bce
train:
  epochs: 24
  batch: 12
  optimizer: {adamw: {learning_rate: 4.0e-3}}
  schedule: {one-cycle: {tail: 0.25}}
  min_gain: 0.005
  seeds: [0, 1]
axes:
  augment: [none, geometric, filter]
  loss: [bce, dice]
report: {primary: dice, control: {augment: none, loss: bce}, margin: 0.02}
"""

PATIENT = "{patient}_{rest}"
IMAGES = 120


def demo_recipe(out: Path, say: Callable[[str], None]) -> Recipe:
    """Write the phantom images and the recipe where they are not there yet; return the recipe."""
    images = out / "images"
    if not (out / "recipe.yaml").is_file():
        say(f"Drawing {IMAGES} phantom ultrasound images into {images} ...")
        phantom = phantoms.parse({"breast-ultrasound": {"images": IMAGES, "size": (96, 96), "sites": 1, "seed": 1}})
        write_phantom(phantom, images, overwrite=True)
        (out / "recipe.yaml").write_text(RECIPE.replace("PATIENT", PATIENT), encoding="utf-8")
    return load_recipe(out / "recipe.yaml")
