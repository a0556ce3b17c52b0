"""What a network is: settings that build a torch module with seeded weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field

from bogam.core.errors import UserError, say
from bogam.core.registry import Family, Part

if TYPE_CHECKING:
    import torch

Weights = Annotated[str, Field(min_length=1, description=(
    "none: random start; imagenet: published weights (fetched once, needs the network or the file in torch's folder); "
    "or a file (.pth or .safetensors) of this network's weights. The last layer always starts anew."))]
"""Where a published network's weights come from."""


class Network(Part):
    """Settings of a network."""

    tasks: ClassVar[frozenset[str]]
    """Tasks that it can do: "classification", "segmentation"."""
    min_size: ClassVar[int] = 1
    """Fewest rows and columns it takes; a smaller image is enlarged at its door."""

    def make(self, channels: int, outputs: int) -> torch.nn.Module:
        """Return the bare module; weights drawn from torch's default generator, which `build` has seeded."""
        raise NotImplementedError

    def build(self, channels: int, outputs: int, seed: int) -> torch.nn.Module:
        """Return a module from image (B, C, Y, X) to logits (B, outputs) or (B, outputs, Y, X).

        Args:
            channels: C of the images.
            outputs: classes, or labels of a mask (one sigmoid each, no background).
            seed: of the initial weights, 0 or more; the same seed gives the same weights, whatever was drawn before.
                The caller's generator is left as it was.

        Returns:
            On the CPU, float32, in training mode.

        Raises:
            UserError: channels that the network cannot take, or published weights that cannot be had.
        """
        import torch

        from bogam.models._blocks import FitInput
        if channels < 1 or outputs < 1:
            raise UserError(say(f"network {self.kind}", f"{channels} channels and {outputs} outputs",
                                "at least 1 of each"))
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            module = self.make(channels, outputs)
        return FitInput(module, self.min_size) if self.min_size > 1 else module

    def notes(self, shape: tuple[int, int]) -> list[str]:
        """Return sentences on what happens to images of a shape (Y, X) at the network's door."""
        fitted = fitted_size(shape, self.min_size)
        if fitted == tuple(shape):
            return []
        return [f"{shape[0]}x{shape[1]} enlarged to {fitted[0]}x{fitted[1]}: {self.kind} needs at least "
                f"{self.min_size}"]

    def bare(self) -> Self:
        """Return the same network without published weights, to load a trained model's own weights into."""
        return self.model_copy(update={"weights": "none"}) if "weights" in type(self).model_fields else self


networks: Family[Network] = Family("network", "bogam.models", Network)


def fitted_size(shape: tuple[int, int], smallest: int) -> tuple[int, int]:
    """Return the size (rows, columns) to which an image is enlarged so that its short side is at least `smallest`.

    Example:
        >>> fitted_size((28, 28), 32), fitted_size((16, 40), 32), fitted_size((40, 50), 32)
        ((32, 32), (32, 80), (40, 50))
    """
    rows, columns = shape
    if min(rows, columns) >= smallest:
        return rows, columns
    scale = smallest / min(rows, columns)
    return max(smallest, round(rows * scale)), max(smallest, round(columns * scale))


def count_parameters(module: torch.nn.Module) -> int:
    """Return how many numbers training can change.

    Example:
        >>> import torch
        >>> count_parameters(torch.nn.Linear(3, 2))
        8
    """
    return sum(weight.numel() for weight in module.parameters() if weight.requires_grad)
