import pytest

from passerby.documents.renamed_fields import PLAN_FIELDS, PLAN_VALUES, explain_renamed


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"corrections": [{"author": "x"}, {"who": "x"}]}, "corrections.1.who: this field is called author now"),
        ({"corrections": [{"takes_back": 1}]}, "corrections.0.takes_back: this field is called reverts now"),
        ({"corrections": [{"action": "sound"}]}, "corrections.0.action: sound is called audio now"),
        ({"corrections": [{"action": "audio"}]}, None),
        ({"who": "x", "videos": [{"who": 1}]}, None),
        ([], None),
    ],
)
def test_an_old_name_is_explained_where_it_is_used(document, expected):
    assert expected == explain_renamed(document, PLAN_FIELDS, PLAN_VALUES)
