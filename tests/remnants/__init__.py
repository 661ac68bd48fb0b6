"""Files with one remnant each that must not be in the output, made like those of cameras, phones and programs.

Each maker writes a file and returns the bytes that identify the remnant. tests/test_remnants.py looks for them in
the source (or it would prove nothing) and in the output.
"""

from tests.remnants.parts import SECRET
from tests.remnants.photos import DATE, EXIF, IN_EXIF, STILLS, with_exif
from tests.remnants.videos import VIDEOS, everything_of_a_camera, everything_of_a_program

__all__ = [
    "ALL",
    "DATE",
    "EXIF",
    "IN_EXIF",
    "REPORTED",
    "SECRET",
    "STILLS",
    "STILL_ENDINGS",
    "VIDEOS",
    "everything_of_a_camera",
    "everything_of_a_program",
    "with_exif",
]

ALL = VIDEOS | STILLS
STILL_ENDINGS = (".jpg", ".png", ".webp", ".heic", ".avif", ".gif", ".tif", ".bmp")

#: The report lines of some of them.
REPORTED = {
    "telemetry, MP4 (GoPro)": "data tracks (telemetry, timecode and the like): 1",
    "subtitles, MKV": "subtitle tracks: 1",
    "chapters, MKV": "chapters: 1",
    "attachment, MKV": "attached files: 1",
    "cover, MP4": "cover images: 1",
    "device, MOV": "com.apple.quicktime.model",
    "position, MP4": "location",
    "date, AVI": "creation_time",
    "position, JPEG": "a position (GPS)",
    "motion photo, JPEG": "including a video",
    "motion photo, HEIC": "mpvd",
    "depth, HEIC": "a depth map or another auxiliary image",
}
