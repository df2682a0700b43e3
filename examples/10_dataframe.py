"""Trials and problems as tables of pandas, states as labelled arrays of xarray."""

import l2l_engine as l2l

with l2l.load_example() as session:
    problems = session.to_dataframe("problems")
    trials = session.to_dataframe("trials")
    data = session.to_xarray([0, 52])
print(problems[["trials_to_criterion", "mean_square_rate"]].describe().round(1))
print("accuracy by problem:", trials.groupby("problem").correct.mean().head().round(2).tolist())
print(data.states.sel(problem=52, stimulus=0).mean("unit").sel(time=[500, 1500], method="nearest"))
