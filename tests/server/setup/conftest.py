from tests.server.setup.fixtures import served

__all__ = ["served"]
