"""Open a session and look at one problem of it."""

import l2l_engine as l2l

with l2l.load_example() as session:
    print(session)
    problem = session[52]  # the 53rd problem in the window: Python counts from 0
    print(problem, problem.network)
    print("trials to criterion:", session.trials_to_criterion[:10])
    print("loss of its last trials:", problem.trials["task_loss"][-5:])
