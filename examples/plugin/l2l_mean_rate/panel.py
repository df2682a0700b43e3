"""The mean rate over the trial of the selected problem."""

from l2l_gui.panels.base import Column, Computation, Needs, Panel, Table
from l2l_gui.panels.learned import learned
from l2l_gui.plotting.ink import STIMULUS, inked
from l2l_gui.plotting.plots import dressed, plot_view


class MeanRatePanel(Panel):
    name, title = "mean-rate-course", "Mean rate over the trial"
    help = "The rate averaged over units, a line a stimulus. Look at the go signal."
    depends = frozenset({"problem"})
    needs = Needs("see the mean rate", problems=1, selected=True)

    def build(self):
        view = plot_view()
        self.body_layout.addWidget(view)
        plot = dressed(view.getPlotItem(), "Mean rate (a.u.)", "Step of the trial")
        self.curves = [inked(plot.plot(), pen=ink) for ink in STIMULUS]

    def ask(self, view):
        key = ("mean rate", view.session.key, view.problem)
        return Computation(learned, (view.session, view.problem), key)

    def draw(self, answer):
        for curve, states in zip(self.curves, answer.value.states, strict=True):
            curve.setData(states.mean(axis=-1))

    def data(self, answer):
        rates = answer.value.states.mean(axis=-1)
        columns = (Column(f"stimulus {k}", rate, "a.u.") for k, rate in enumerate(rates))
        return Table("Mean rate", (), *columns)
