from passerby.config.roles import RIGHTS, Right, Role


def test_every_role_can_log_in_and_every_right_belongs_to_a_role():
    assert set(Role) == RIGHTS.keys()
    assert all({Right.LOGIN, Right.VIEW_STATUS} <= rights for rights in RIGHTS.values())
    assert set(Right) == set().union(*RIGHTS.values())


def test_roles_that_view_media_do_not_audit():
    for rights in RIGHTS.values():
        assert not {Right.VIEW_MEDIA, Right.VIEW_AUDIT_LOG} <= rights
