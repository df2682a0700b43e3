"""Following fixed points whose positions are chosen."""

import numpy as np

from l2l_engine.analysis import fixed_points as fp
from l2l_engine.analysis import point_tracks
from l2l_engine.analysis.known import CONFIG


def points_at(states):
    recurrent = np.zeros((2, 2))
    found = [
        fp.find_points(recurrent, np.arctanh(state), CONFIG, np.zeros((1, 2))) for state in states
    ]
    return fp.Points(
        "delay",
        *(
            np.concatenate([getattr(state, name) for state in found])
            for name in (
                "states",
                "q",
                "speed",
                "relative_speed",
                "distance",
                "reached",
                "eigenvalues",
                "reachable",
            )
        ),
        searches=len(states),
    )


BEFORE = np.array([[0.0, 0.0], [0.5, 0.5], [-0.5, 0.5]])
AFTER = np.array([[-0.5, 0.4], [0.1, 0.0], [0.9, -0.9]])


def test_points_are_matched_by_least_displacement():
    match = point_tracks.match_points(points_at(BEFORE), points_at(AFTER), farthest=0.3)
    np.testing.assert_array_equal(match.pairs, [[0, 1], [2, 0]])
    np.testing.assert_allclose(match.displacement, [0.1, 0.1])
    np.testing.assert_array_equal(match.lost, [1])
    np.testing.assert_array_equal(match.born, [2])


def test_matching_without_a_limit_pairs_as_many_as_there_are():
    match = point_tracks.match_points(points_at(BEFORE), points_at(AFTER[:2]))
    np.testing.assert_array_equal(match.pairs, [[0, 1], [2, 0]])
    np.testing.assert_array_equal(match.lost, [1])


def test_tracks_follow_points_through_networks():
    sequence = [points_at(BEFORE), points_at(AFTER), points_at(AFTER[:1])]
    rows = point_tracks.tracks(sequence, farthest=0.3)
    np.testing.assert_array_equal(rows, [[0, 1, -1], [1, -1, -1], [2, 0, 0], [-1, 2, -1]])
    assert point_tracks.tracks([]).shape == (0, 0)
