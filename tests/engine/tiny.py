"""A network small enough to train in no time, for tests of what happens around training."""

TINY = {
    "units": 10,
    "sample_ms": 10,
    "delay_ms": 10,
    "response_ms": 20,
    "mask_ms": 4,
    "dt": 2.0,
    "tau": 20.0,
    "penalised_singular_values": 3,
    "criterion_trials": 5,
    "max_trials": 10,
}
"""Parameters of RunConfig. A problem fails after ten trials, so a run is as long as its problems."""
