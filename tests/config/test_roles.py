from passerby.config.roles import FLEET_RIGHTS, RIGHTS, Right, Role


def test_every_role_can_log_in_and_every_right_belongs_to_a_role():
    assert set(Role) == RIGHTS.keys()
    assert all({Right.LOGIN, Right.VIEW_STATUS} <= rights for rights in RIGHTS.values())
    assert set(Right) == set().union(*RIGHTS.values(), *FLEET_RIGHTS.values())


def test_roles_that_view_media_do_not_audit():
    for rights in RIGHTS.values():
        assert not {Right.VIEW_MEDIA, Right.VIEW_AUDIT_LOG} <= rights


def test_a_fleet_has_rights_of_its_own():
    """No role of a fleet may see pictures, or change a site; and only some see counts."""
    of_sites = {Right.VIEW_STATUS, Right.VIEW_MEDIA, Right.MANAGE_EVENTS, Right.MOVE_CAMERA, Right.EDIT_CONFIG}
    assert set(Role) == FLEET_RIGHTS.keys()
    for rights in FLEET_RIGHTS.values():
        assert not of_sites & rights
        assert Right.VIEW_FLEET_HEALTH in rights
    assert {Role.OPERATOR, Role.ADMINISTRATOR} == {
        role for role, rights in FLEET_RIGHTS.items() if Right.VIEW_FLEET_COUNTS in rights
    }
    assert not any({Right.VIEW_FLEET_HEALTH, Right.VIEW_FLEET_COUNTS} & rights for rights in RIGHTS.values())
