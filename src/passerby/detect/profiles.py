"""How much effort each profile spends on one frame: which models run, at which input sizes."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.config.settings import Profile
from passerby.core.model import FrozenModel

#: Ids of the models, as in weights.toml.
FACE, QUICK_FACE, BODY, PLATE, TEXT = "centerface", "yunet", "yolov8n-coco", "plate-yolov8s", "ppocr-det"


class DetectionProfile(FrozenModel):
    """Sizes are the longer side of the image that a model is given, in pixels. Thresholds are the lowest scores that
    are kept at all; what is masked in the end is decided over the whole track (track/confirmation.py).

    The face model misses close-ups at full size and distant faces at small ones: hence several sizes. The plate model
    misses close-ups at 640, which 320 finds (plates, development stills: 7.5 % missed at 640, 3.7 % at 640 and 320,
    0.6 % with text on vehicles). Scores of the body model at several sizes add up as well. People close to the camera
    with low scores are detected again at `close_person_size` (detect/close_persons.py; 0 for never). `min_base_size` is
    the least size that the image is kept at for crops of vehicles, where the sizes for faces are smaller than that.
    `quick_face_sizes` are those of the second face model (detect/faces/second_model.py; none to leave it out), of which
    a run between the runs of all detectors uses the last alone.
    Smaller frames are searched for plates enlarged as well, to `enlarged_plate_size` and at most twice their size:
    plates of 20 to 50 pixels are too small for the model (0 to leave it out).
    `text_size` is for plates, `text_support_size` for them on frames that are not searched for plates as a whole, and
    `fine_text_size` finds small lines of text that are then looked at closely (0 to leave it out), and `all_text_size`
    where all text is to be masked.
    """

    face_sizes: tuple[int, ...] = (1280, 640, 320)
    quick_face_sizes: tuple[int, ...] = ()
    body_sizes: tuple[int, ...] = (512,)
    close_person_size: int = 256
    plate_sizes: tuple[int, ...] = (640, 320)
    enlarged_plate_size: int = 0
    text_size: int = 512
    fine_text_size: int = 0
    all_text_size: int = 768
    text_support_size: int = 320
    vehicle_crop_size: int = 256
    max_vehicles: int = 4
    min_base_size: int = 0
    face_threshold: float = 0.10
    person_threshold: float = 0.25
    vehicle_threshold: float = 0.20
    screen_threshold: float = 0.20
    plate_threshold: float = 0.10
    text_threshold: float = 0.30


#: The profiles for files. `thorough` also uses larger images, and two sizes for bodies (docs/design/tracking.md says
#: what that is worth).
DETECTION_PROFILES: Mapping[Profile, DetectionProfile] = {
    Profile.FAST: DetectionProfile(face_sizes=(960, 320), quick_face_sizes=(640,), max_vehicles=2),
    Profile.BALANCED: DetectionProfile(
        quick_face_sizes=(1280, 640), plate_sizes=(1280, 320), enlarged_plate_size=1280, fine_text_size=960
    ),
    Profile.THOROUGH: DetectionProfile(
        face_sizes=(1920, 1280, 640, 320),
        quick_face_sizes=(1280, 640),
        body_sizes=(512, 960),
        plate_sizes=(1280, 640, 320),
        enlarged_plate_size=1280,
        text_size=960,
        fine_text_size=1280,
        all_text_size=1440,
        vehicle_crop_size=480,
        max_vehicles=8,
    ),
}
