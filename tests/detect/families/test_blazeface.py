from __future__ import annotations

import numpy as np

from passerby.detect.families.blazeface import FAMILY


def test_an_anchor_becomes_a_box():
    regressors, logits = np.zeros((1, 2304, 16), np.float32), np.full((1, 2304, 1), -9, np.float32)
    anchor = 3 * 48 + 7  # row 3, column 7: centre (30, 14)
    regressors[0, anchor, :4] = 2, -1, 20, 30
    logits[0, anchor, 0] = 0
    found = FAMILY.decode([regressors, logits], 0.5, [0])
    np.testing.assert_allclose([[22, -2, 42, 28]], found.boxes, rtol=1e-6)
    assert ([0.5], [0]) == (found.scores.tolist(), found.classes.tolist())
    assert 0 == len(FAMILY.decode([regressors, logits], 0.51, [0]).boxes)
