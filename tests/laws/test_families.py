"""Every family of rules has a check of its laws."""

from cascade_kpi import testing


def test_every_family_has_its_check():
    families = (
        "absence", "adjustment", "aggregate", "attainment", "audience", "base", "bound", "combine",
        "condition", "confidence", "conversion", "curve", "days", "direction", "fences", "item",
        "level", "limit", "material", "measure", "method", "metric", "pace", "pay", "policy",
        "profile", "rated", "split", "tie", "trigger", "trim", "weighting",
    )  # fmt: skip
    assert {f"check_{family}" for family in families} | {"check_record"} == set(testing.__all__)
