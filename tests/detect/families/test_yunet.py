from __future__ import annotations

import numpy as np

from passerby.detect.families.yunet import FAMILY, STRIDES

WIDTH, HEIGHT = 96, 64


def outputs():
    """Nothing anywhere, for an image of WIDTH by HEIGHT."""
    shapes = [(1, HEIGHT // stride, WIDTH // stride) for stride in STRIDES]
    logits = [np.full((*shape, 1), -20, np.float32) for shape in shapes]
    return [*logits, *(array.copy() for array in logits), *(np.zeros((*shape, 4), np.float32) for shape in shapes)]


def test_a_cell_of_each_stride_becomes_a_box():
    network = outputs()
    for level, (row, column) in enumerate([(2, 3), (1, 2), (1, 0)]):
        network[level][0, row, column, 0] = network[3 + level][0, row, column, 0] = 20
        network[6 + level][0, row, column] = 0.5, -0.25, np.log(2), np.log(1.5)
    found = FAMILY.decode(network, 0.5, [0])
    expected = [
        [(c + 0.5 - 1) * s, (r - 0.25 - 0.75) * s, (c + 0.5 + 1) * s, (r - 0.25 + 0.75) * s]
        for (r, c), s in zip([(2, 3), (1, 2), (1, 0)], STRIDES, strict=True)
    ]
    np.testing.assert_allclose(expected, found.boxes, rtol=1e-5)
    np.testing.assert_allclose([1, 1, 1], found.scores, rtol=1e-5)
    assert [0, 0, 0] == found.classes.tolist()


def test_a_score_is_the_geometric_mean_of_class_and_object():
    network = outputs()
    network[0][0, 4, 5, 0], network[3][0, 4, 5, 0] = 0.0, np.log(0.18 / 0.82)  # probabilities 0.5 and 0.18
    np.testing.assert_allclose([0.3], FAMILY.decode(network, 0.29, [0]).scores, rtol=1e-5)
    assert 0 == len(FAMILY.decode(network, 0.31, [0]).scores)
