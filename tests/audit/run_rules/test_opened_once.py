"""A test part is opened under one recipe; every further one is counted."""

from __future__ import annotations

from bogam.audit.discipline import run_rules

KIND = "opened-once"


def line(recipe: str, test: str = "t", run: str = "x, repeat 0, fold 0, seed 0", second: int = 0) -> dict[str, str]:
    return {"time": f"2026-01-01T10:00:0{second}+00:00", "recipe": recipe, "test": test, "run": run}


def test_cells_folds_seeds_and_resumed_runs_of_one_recipe_are_one_opening(made) -> None:
    runs = [made.record(), made.record(cell="y")]
    log = [line("r1"), line("r1", run=runs[1].name), line("r1", second=5), line("r1", test="u")]
    assert made.check(KIND, *runs, openings=log) == []


def test_a_second_recipe_is_a_warning_with_the_count(made) -> None:
    log = [line("recipe-one"), line("recipe-two", second=3), line("recipe-three", second=2),
           line("recipe-one", test="u")]
    found = list(run_rules.parse(KIND).check(made.evidence(made.record(), openings=log)))
    assert [(f.severity, f.title) for f in found] == [("warning", "The test part was opened under 3 recipes.")]
    assert found[0].detail == ("1 test part of 2 opened more than once; first with recipe recipe-o at "
                               "2026-01-01T10:00:00+00:00, recipe-t at 2026-01-01T10:00:02+00:00, recipe-t at "
                               "2026-01-01T10:00:03+00:00.")


def test_a_run_without_a_line_is_a_warning(made) -> None:
    assert made.check(KIND, made.record(), openings=[]) == [
        ("warning", "1 run opened a test part and left no line in the log.")]
    assert made.check(KIND, made.record(status="failed"), openings=[]) == []


def test_what_the_best_of_several_recipes_gains_by_chance(made) -> None:
    log = [{"time": f"2026-01-01T10:00:0{k}+00:00", "recipe": f"r{k}", "test": "t", "run": "x"} for k in range(2)]
    found = [f for f in run_rules.parse(KIND).check(made.evidence(made.record(), openings=log)) if f.worth]
    assert found[0].worth.startswith("Of 2 equally good recipes, the best looks better by chance by up to 41.6 points")
    assert "2 independent test images" in found[0].worth  # 100 x sqrt(2 ln 2) / (2 sqrt 2)
