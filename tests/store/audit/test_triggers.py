"""The triggers that guard the log. What is done against them: test_log.py."""

from passerby.store.audit.triggers import GUARDS, guarded


def test_a_new_database_has_them(recordings):
    with recordings.database.read_transaction() as connection:
        assert guarded(connection)
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    assert sorted(GUARDS) == sorted(names)
