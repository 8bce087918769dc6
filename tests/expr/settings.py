"""Hypothesis settings for the tests of the terms: the same draws on every machine."""

from hypothesis import HealthCheck, Phase, settings


def drawn(examples: int) -> settings:
    """A fixed number of examples, without a clock."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
