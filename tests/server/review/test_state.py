import asyncio

import pytest

from passerby.review.errors import ForbiddenError, NotFoundError
from passerby.review.library import ReviewLibrary
from passerby.server.review.state import ReviewState, case_list, folder_browser

LIBRARY = ReviewLibrary([], "J. Doe")


def test_what_is_not_there_is_not_served():
    with pytest.raises(NotFoundError):
        asyncio.run(case_list(ReviewState(LIBRARY, True)))
    with pytest.raises(ForbiddenError):
        asyncio.run(folder_browser(ReviewState(LIBRARY, True)))


def test_folders_are_listed_on_loopback_only():
    browser = object()
    assert browser is asyncio.run(folder_browser(ReviewState(LIBRARY, True, browser=browser)))
    with pytest.raises(ForbiddenError):
        asyncio.run(folder_browser(ReviewState(LIBRARY, False, browser=browser)))
