"""What the tour does: each step is a function of the :class:`~l2l_gui.tour.driver.Tour`."""

from l2l_gui.tour import comparing, exporting, learning, perturbing
from l2l_gui.tour.exporting import visit

STEPS = (
    learning.show_the_window,
    learning.open_a_session,
    learning.select_learned_problems,
    learning.play_the_trial,
    learning.step_trials,
    learning.train_a_problem,
    learning.train_at_full_speed,
    learning.save_a_copy,
    learning.follow_live_again,
    visit("learn", problem=1),
    visit("representations"),
    visit("dynamics"),
    perturbing.perturb_the_readout,
    perturbing.push_the_state,
    perturbing.lesion_units,
    perturbing.morph_the_stimulus,
    perturbing.move_the_go_signal,
    perturbing.add_noise,
    perturbing.take_edits_back,
    perturbing.learn_side_by_side,
    perturbing.repeat_for_boxes,
    perturbing.leave_something_to_see,
    visit("perturb"),
    exporting.make_the_figures,
    exporting.make_a_movie,
    comparing.branch,
    comparing.compare_with_the_branch,
    visit("compare"),
    comparing.see_it_dark,
    comparing.see_it_small,
    comparing.see_it_large,
)
