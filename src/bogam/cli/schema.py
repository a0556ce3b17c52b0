"""`bogam schema`."""

from __future__ import annotations

import json

import click


@click.command()
def schema() -> None:
    """Print the JSON schema of a recipe, for an editor."""
    from bogam.study.recipe import schema as recipe_schema
    click.echo(json.dumps(recipe_schema(), indent=1))
