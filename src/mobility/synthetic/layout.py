"""What the files of a delivery look like, from the registers of its source: waves, columns, names and labels."""

from dataclasses import dataclass
from pathlib import Path

from mobility.errors import SpecError
from mobility.panel.register import Source, Variable, Wave, load_source
from mobility.settings import load_waves
from mobility.storage import read_rows


@dataclass(frozen=True)
class Layout:
    """A source and those of its waves that are written, in their order; `root` is the project folder."""

    root: Path
    source: Source
    waves: tuple[Wave, ...]

    def columns(self, file: str, wave: Wave) -> list[Variable]:
        """Columns of `file` in a wave, in the register's order, placeholders of a name among them."""
        return [row for row in self.source.variables if row.file == file and wave.name in row.waves]

    def name(self, column: Variable, wave: Wave) -> str:
        """Name of the column in the file of that wave; what stands for a name that nobody knows is in lower case."""
        name = self.source.column(column, wave.name)
        return name.lower() if column.placeholder else name

    def first_wave_of(self, name: str) -> int:
        """Position of the first wave that carries the harmonised name; raises `SpecError` where none does."""
        places = [place for place, wave in enumerate(self.waves) if self.source.variable(name, wave.name)]
        if not places:
            raise SpecError(
                f"{self.source.folder / 'variables.csv'}: {name} is in none of the waves "
                f"{', '.join(wave.name for wave in self.waves)}. Mend its waves, then run again."
            )
        return places[0]

    def labels(self, column: Variable) -> dict[int, str]:
        """Label of every code of the column's list, the kinds of missing among them; empty where it is only a range."""
        entries = self.source.codes.get(column.codes, {})
        if "file" in entries:
            entries = {int(row["code"]): row["title"] for row in read_rows(self.root / entries["file"])}
        if not entries or "range" in entries:
            return {}
        return {int(code): str(label) for code, label in {**entries, **self.source.missing}.items()}

    def fieldwork(self) -> tuple[tuple[int, int], ...]:
        """First and last year of the interviews of each wave: columns of `waves.csv` that only this room reads."""
        rows = {row["wave"]: row for row in read_rows(self.source.folder / "waves.csv")}
        return tuple((int(rows[wave.name]["first_year"]), int(rows[wave.name]["last_year"])) for wave in self.waves)


def read_layout(root: Path, name: str, waves: str = "") -> Layout:
    """Layout of `sources/<name>` with these waves (`a-h`), or all; raises `SpecError` on a malformed register.

    Raises `ConfigError` on waves that the register lacks.
    """
    source, named = load_source(Path(root), name), load_waves(Path(root), name)
    chosen = named.parse(waves, "--waves") if waves else named.names
    return Layout(Path(root), source, tuple(source.waves[wave] for wave in chosen))
