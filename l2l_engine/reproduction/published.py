"""What the authors' published results say, for every row of the table.

``quoted`` is the value of all ten networks, counts pooled over networks. Mean and standard deviation
(n - 1) over networks come from the ``n`` networks whose own values were published: five in
f5And6_seed_0.mat to f5And6_seed_4.mat, ten in f1_perfFit.mat (fits) and f5And6_All.mat
(correlations). Source: the results files of Goudar et al. (2023).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """A published value: in words, and its mean and spread over ``n`` networks."""

    quoted: str
    mean: float
    spread: float
    n: int


PUBLISHED: dict[str, Published] = {
    "Trials to criterion, problems 2–11, mean": Published("165", 158.6, 30.03, 5),
    "Trials to criterion, problems 2–11, median": Published("104", 110.4, 28.09, 5),
    "Trials to criterion, problems 12–21, mean": Published("111", 96.94, 71.36, 5),
    "Trials to criterion, problems 12–21, median": Published("46", 47.6, 24.14, 5),
    "Trials to criterion, problems 22–51, mean": Published("72", 65.667, 21.27, 5),
    "Trials to criterion, problems 22–51, median": Published("40", 36.5, 10.68, 5),
    "Trials to criterion, problems 52–101, mean": Published("44", 45.076, 13.16, 5),
    "Trials to criterion, problems 52–101, median": Published("22", 24.9, 4.615, 5),
    "Trials to criterion, problems 102–201, mean": Published("34", 30.472, 5.754, 5),
    "Trials to criterion, problems 102–201, median": Published("16", 15.6, 1.294, 5),
    "Trials to criterion, problems 202–501, mean": Published("26", 21.596, 1.373, 5),
    "Trials to criterion, problems 202–501, median": Published("11", 9.5, 1, 5),
    "Trials to criterion, problems 502–1001, mean": Published("21", 19.375, 2.66, 5),
    "Trials to criterion, problems 502–1001, median": Published("9", 8.8, 1.789, 5),
    "Learned at once (1 trial), problems 502–1001 (%)": Published("22", 21.76, 1.813, 5),
    "Failed problems": Published("0 of 10,000", 0, 0, 5),
    "Largest count of problems 2–1001": Published("926", 577.2, 179.1, 5),
    "Trials run, problems 2–1001": Published("78,752 (71,141–94,143)", 75993, 3228, 5),
    "Time constant of the fit (problems)": Published("37.9 ± 16.1 (12.1–57.7)", 37.858, 16.06, 10),
    "Asymptote of the fit (trials)": Published("22.7 ± 2.8 (18.3–26.4)", 22.664, 2.833, 10),
    "Problems 2–51, size of ΔZ": Published("0.0280", 0.030402, 0.003886, 5),
    "Problems 2–51, size of W": Published("0.0136", 0.01374, 0.00148, 5),
    "Problems 2–51, size of S": Published("0.0301", 0.03258, 0.003929, 5),
    "Problems 2–51, size of W∥": Published("0.0046", 0.0045466, 0.000335, 5),
    "Problems 2–51, size of W⊥": Published("0.0122", 0.012418, 0.001394, 5),
    "Problems 2–51, size of S∥": Published("0.0255", 0.028205, 0.003535, 5),
    "Problems 2–51, size of S⊥": Published("0.0122", 0.012418, 0.001394, 5),
    "Problems 2–51, dimensionality of W∥, one problem": Published("2.55", 2.5287, 0.07524, 5),
    "Problems 2–51, dimensionality of W∥, group of 50": Published("4.81", 4.6033, 0.6423, 5),
    "Problems 2–51, dimensionality of W⊥, one problem": Published("1.73", 1.7256, 0.07672, 5),
    "Problems 2–51, dimensionality of W⊥, group of 50": Published("10.73", 11.541, 2.513, 5),
    "Problems 2–51, dimensionality of S∥, one problem": Published("2.39", 2.3706, 0.1749, 5),
    "Problems 2–51, dimensionality of S∥, group of 50": Published("3.27", 2.9602, 0.4043, 5),
    "Problems 2–51, dimensionality of ΔZ, one problem": Published("3.63", 3.5866, 0.09994, 5),
    "Problems 2–51, dimensionality of ΔZ, group of 50": Published("5.73", 5.3032, 0.5021, 5),
    "Variance of trials explained by the recurrent change, problems 2–501": Published(
        "0.70 ± 0.05 (0.62–0.80)", 0.70, 0.05, 10
    ),
    "Correlation of trials with W, problems 2–1001": Published("", 0.72887, 0.04408, 10),
    "Correlation of trials with S, problems 2–1001": Published("", 0.33755, 0.052, 10),
    "Correlation of trials with recurrent weights, problems 2–1001": Published(
        "", 0.82686, 0.02972, 10
    ),
    "Problems 952–1001 relative to 2–51, recurrent weights": Published("0.52", 0.49353, 0.1182, 5),
    "Problems 952–1001 relative to 2–51, net current": Published("0.57", 0.54253, 0.104, 5),
    "Problems 952–1001 relative to 2–51, W": Published("0.59", 0.54123, 0.08801, 5),
    "Problems 952–1001 relative to 2–51, S": Published("1.10", 1.013, 0.1579, 5),
}
"""By the label of the measure."""
