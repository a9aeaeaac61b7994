"""What was wrong with a data set, counted by kind."""

from pathlib import Path

from ..failures import writing


class CocoProblems:
    """Each problem by its kind (which ends in what was done about it) and place."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return sum(len(places) for places in self._places.values())

    def add(self, kind: str, place: str) -> None:
        """Take note of one; `place` names the file and the annotation."""
        self._places.setdefault(kind, []).append(place)

    def count(self, kind: str) -> int:
        """How many there are of one kind."""
        return len(self._places.get(kind, ()))

    def lines(self) -> list[str]:
        """One line a kind: how many, and the first place."""
        return [f"{kind}: {len(places)}, first {places[0]}" for kind, places in self._places.items()]

    def summary(self) -> str:
        """All kinds in one line."""
        return "; ".join(self.lines()) or "it lists none"

    def write(self, path: Path) -> None:
        """Write every problem to a text file, one a line; without any, nothing is written.

        Raises:
            TrainingFailure: the disk is full or refuses.
        """
        if not len(self):
            return
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = (f"{kind}: {place}\n" for kind, places in self._places.items() for place in places)
            path.write_text("".join(rows), encoding="utf-8")
