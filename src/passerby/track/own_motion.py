"""How an object moves by itself: its velocity, and how far it has come otherwise than what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.core.box import Box

#: Shares of the newest displacement and of those before it in the velocity: enough to follow a walker's gait, and not
#: the noise of single boxes. Chosen by hand.
NEW_VELOCITY, OLD_VELOCITY = 0.4, 0.6
#: Frames after which a velocity is no longer trusted: whoever was walking may have stopped behind what hides him.
MAX_COASTING_FRAMES = 12

Vector = tuple[float, float]


@dataclass(slots=True)
class OwnMotion:
    """Of one object, from the detections in which it was found, forwards or backwards in time.

    `box` is where it was in `frame`, the newest of them, in displayed pixels. `velocity` is in pixels a frame, None
    until it was found twice. `distance` is how far it has come otherwise than its surroundings, in sizes of its own.
    """

    frame: int
    box: Box
    velocity: Vector | None = None
    distance: float = 0.0
    _surroundings: Vector = (0.0, 0.0)
    _drift: Vector = (0.0, 0.0)

    def surroundings_moved(self, dx: float, dy: float) -> None:
        """What surrounds it moved by so much since the last call, in the direction in which frames are added."""
        self._surroundings = self._surroundings[0] + dx, self._surroundings[1] + dy

    def found(self, frame: int, box: Box, newest: int | None = None) -> None:
        """It was found in another frame; its surroundings are known to have moved until `newest`, by default until this
        one, and are taken to have moved evenly."""
        steps = frame - self.frame
        share = 1.0 if newest is None or newest == self.frame else steps / (newest - self.frame)
        moved = self._surroundings[0] * share, self._surroundings[1] * share
        if steps:
            (x1, y1), (x2, y2) = self.box.centre, box.centre
            dx, dy = x2 - x1, y2 - y1
            new = dx / steps, dy / steps
            old = self.velocity or new
            self.velocity = (
                NEW_VELOCITY * new[0] + OLD_VELOCITY * old[0],
                NEW_VELOCITY * new[1] + OLD_VELOCITY * old[1],
            )
            self._drift = self._drift[0] + dx - moved[0], self._drift[1] + dy - moved[1]
            size = max((box.width + box.height) / 2, 1e-6)
            self.distance = max(self.distance, abs(self._drift[0]) / size, abs(self._drift[1]) / size)
        self._surroundings = self._surroundings[0] - moved[0], self._surroundings[1] - moved[1]
        self.frame, self.box = frame, box

    def expected(self, frame: int) -> Box | None:
        """Where its velocity has taken it by `frame`; None where that is not known, or was too long ago."""
        steps = frame - self.frame
        if self.velocity is None or not 0 < abs(steps) <= MAX_COASTING_FRAMES:
            return None
        return self.box.translate(self.velocity[0] * steps, self.velocity[1] * steps)
