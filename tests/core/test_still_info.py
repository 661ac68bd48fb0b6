from pathlib import Path

from passerby.core.exif_dates import CREATION_DATE
from passerby.core.media import SourceInfo
from passerby.core.still_info import StillInfo, StillKind


def test_a_creation_date_that_is_kept_is_not_listed_as_dropped():
    source = SourceInfo(Path("a.jpg"), "jpeg", None, (), (), dropped=("XMP", CREATION_DATE))
    info = StillInfo(source, StillKind.JPEG, (), 0)
    assert ("XMP", CREATION_DATE) == info.reported_source(keep_times=False).dropped
    assert ("XMP",) == info.reported_source(keep_times=True).dropped
