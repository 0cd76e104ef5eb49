"""The only module that opens files of ours: reading and writing frames, registers and text.

Every write goes to a temporary name in the same folder and is renamed when it is whole, so that a killed job (whose
shell may live on) never leaves half a file under a name that another step reads.
"""

import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import yaml

from mobility.errors import DataError, SpecError, nearest

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

METADATA_KEY = b"mobility"
# What readers raise on files that are cut short or have bytes changed: anything that follows from a wrong byte.
BROKEN = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    StopIteration,
    EOFError,
    OSError,
    MemoryError,
    csv.Error,
    zlib.error,
)
RESULTS = ("results", "reports")  # folders of what a run makes
OWNER_ONLY = 0o700
COLUMNS_AT_ONCE = 8  # of a frame that is read
STARTS_A_FORMULA = ("=", "+", "-", "@")
BEFORE_A_FORMULA = "' \t\r\n"
# What the words of a YAML file raise where they are no value of the type that they claim, or nest without end.
_YAML_ERRORS = (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


class _EachKeyOnce(yaml.constructor.BaseConstructor):
    """A loader for which a key that stands twice is an error, since the first of the two would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """The mapping of a node; raises `ConstructorError` with the place of a key that stands twice."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and (key.tag, key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key `{key.value}` stands twice", key.start_mark
                )
            seen.add((key.tag, str(key.value)))
        return super().construct_mapping(node, deep)


class _Loader(_EachKeyOnce, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where built
    """YAML to plain data."""


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # C where built: a seventh of the time


class _Words(_EachKeyOnce, getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]  # C where built
    """YAML in which every word is text."""


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, of the same ending; rename it to `path` if the block succeeds.

    Raises `DataError` with the reason where nothing can be written there, as on a full disk.
    """
    path = Path(path)
    temporary = _new_file_beside(path)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _new_file_beside(path: Path) -> Path:
    """An empty file in the folder of `path`; raises `DataError` with the reason where there can be none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    os.close(handle)
    return Path(name)


def write_secret(text: str, path: Path) -> bool:
    """Write UTF-8 text into a new file that its owner alone may read; whether it was not there already.

    Raises `DataError` with the reason where nothing can be written there.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
    except OSError as error:
        path.unlink()  # a part of it is no secret
        raise _unwritable(path, error) from None
    return True


def _unwritable(path: Path, error: OSError) -> DataError:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return DataError(f"{path}: cannot be written ({reason}). Mend that, or choose another folder; then run again.")


def _umask() -> int:
    """What the user's own setting takes away from the rights of a new file; it can be asked only by setting it."""
    taken_away = os.umask(0o077)
    os.umask(taken_away)
    return taken_away


def make_private(folder: str | Path) -> None:
    """Make a folder that only its owner may look into, or close an open one of ours."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(OWNER_ONLY)


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_hashes(paths: Iterable[Path]) -> dict[Path, str]:
    """SHA-256 of each file, in their order."""
    return {path: file_hash(path) for path in paths}


def write_parquet(frame: "pd.DataFrame", path: str | Path, inputs: Mapping[str, str] | None = None) -> None:
    """Write a frame with, in its metadata, its row count, the code's version and `inputs`: hashes of files by name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from mobility import __version__

    table = pa.Table.from_pandas(frame, preserve_index=False)
    record = {
        "inputs": dict(inputs or {}),
        "rows": len(frame),
        "version": __version__,
    }
    metadata = {**(table.schema.metadata or {}), METADATA_KEY: json.dumps(record).encode()}
    with atomic(path) as temporary:
        whole = table.replace_schema_metadata(metadata)
        pq.write_table(whole, temporary, compression="zstd", write_page_checksum=True)


def read_parquet(path: str | Path, columns: list[str] | None = None) -> "pd.DataFrame":
    """Read a frame that `write_parquet` wrote, or only some of its columns.

    Raises `DataError` where the file is absent, damaged (each page has its checksum) or not as it was written.
    """
    return StoredFrame(path)[columns]


class StoredFrame:
    """A frame that `write_parquet` wrote, left in its file: what is asked for is read, and held by whoever asked.

    It answers as a `DataFrame` does to `len`, `name in`, `[name]` and `[[names]]`; `[None]` is all of it. What raises
    is as for `read_parquet`.
    """

    def __init__(self, path: str | Path) -> None:
        import pyarrow.parquet as pq

        self.path = path
        with _as_made(path):
            schema = pq.read_schema(path)
            self.columns: list[str] = schema.names
            self._rows = int(json.loads(schema.metadata[METADATA_KEY])["rows"])

    def __len__(self) -> int:
        return self._rows

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    @overload
    def __getitem__(self, wanted: str) -> "pd.Series": ...

    @overload
    def __getitem__(self, wanted: list[str] | None) -> "pd.DataFrame": ...

    def __getitem__(self, wanted: str | list[str] | None) -> "pd.Series | pd.DataFrame":
        if isinstance(wanted, str):
            return self._read([wanted])[wanted]
        return self._read(self.columns if wanted is None else wanted)

    def _read(self, names: list[str]) -> "pd.DataFrame":
        import pandas as pd
        import pyarrow.parquet as pq

        with _as_made(self.path), pq.ParquetFile(self.path, page_checksum_verification=True) as file:
            parts = []
            # Some columns at a time, each given up as it is taken over, or memory would hold the frame twice.
            for first in range(0, max(1, len(names)), COLUMNS_AT_ONCE):
                table = file.read(columns=(some := names[first : first + COLUMNS_AT_ONCE]))
                if self._rows != table.num_rows or not set(some) <= set(table.column_names):
                    raise ValueError("rows, columns")
                parts.append(table.to_pandas(self_destruct=True))
            return parts[0] if len(parts) == 1 else pd.concat(parts, axis=1)


@contextmanager
def _as_made(path: str | Path) -> Iterator[None]:
    """What is raised on a file of ours that is not whole, as `DataError`, which repeats nothing of the file."""
    try:
        yield
    except DataError:
        raise
    except BROKEN as error:
        what = "there is no such file" if isinstance(error, FileNotFoundError) else "not a whole file of its kind"
        raise damaged(path, what) from None


def damaged(path: str | Path, what: str) -> DataError:
    """That a file of ours is not as it was written: what is wrong with it, and how it is made again."""
    made = any(part in RESULTS for part in Path(path).parts)
    mend = "Delete it and type `make report`, which makes it again." if made else "Bring it back with git."
    return DataError(f"{path}: cannot be read ({what}). {mend}")


def write_array(values: "np.ndarray", path: str | Path) -> None:
    """Write an array as .npy in single precision, in C order."""
    import numpy as np

    with atomic(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, np.ascontiguousarray(values, dtype="float32"), allow_pickle=False)


def map_array(path: str | Path) -> "np.ndarray":
    """An array that `write_array` wrote, left on disk and read where it is looked at; raises as `read_csv`."""
    import numpy as np

    with _as_made(path):
        return np.load(path, mmap_mode="r", allow_pickle=False)


def link_folder(folder: str | Path, other: str | Path) -> None:
    """The files of a folder in another one too, without a second copy where both lie on one disk.

    Files of ours are replaced and never changed, so that the one is not seen in the other. Raises `DataError` where the
    folder is not there.
    """
    if not Path(folder).is_dir():
        raise DataError(f"{folder}: there is no such folder. Type `make report`, which makes it again.")
    shutil.copytree(folder, other, copy_function=_linked, dirs_exist_ok=True)


def _linked(source: str, target: str) -> None:
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)


def write_csv(frame: "pd.DataFrame", path: str | Path) -> None:
    """Write a frame as UTF-8 CSV without its index, numbers in full precision; no text of it begins a formula."""
    with atomic(path) as temporary:
        _in_words(frame).to_csv(temporary, index=False, lineterminator="\n")


def _in_words(frame: "pd.DataFrame") -> "pd.DataFrame":
    """A frame with `as_words` of its texts. Each text is looked at once, and nearly all columns stay as they are."""
    texts = frame.select_dtypes(include=["object", "str", "category"]).columns
    changed = [name for name in texts if any(as_words(text) is not text for text in frame[name].unique())]
    return frame.assign(**{name: frame[name].astype("object").map(as_words) for name in changed})


def write_csv_rows(path: str | Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of cells as UTF-8 CSV below a line with their columns, without importing pandas."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(stream.getvalue(), path)


def read_csv(path: str | Path, **options: Any) -> "pd.DataFrame":
    """Read a CSV that `write_csv` wrote: its texts are those of the frame. Raises `DataError` where it is not whole."""
    import pandas as pd

    with _as_made(path):
        written = Path(path).read_bytes()
        data = gzip.decompress(written) if Path(path).suffix == ".gz" else written
        frame = pd.read_csv(io.BytesIO(data), **options)
    if b"'" not in data:
        return frame
    for name in frame.select_dtypes(include=["object", "str"]).columns:
        if frame[name].astype("str").str.startswith("'").any():
            frame[name] = frame[name].map(as_written)
    return frame


def read_placed(path: str | Path) -> "pd.DataFrame":
    """Read a CSV of cells, or of what is said of them: `0100` is the name of a row or column, and not 100.

    Raises `DataError` where it has no rows and columns to name.
    """
    found = read_csv(path, dtype={"row": "str", "column": "str"})
    if absent := {"row", "column"}.difference(found.columns):
        raise damaged(path, f"no column {', '.join(sorted(absent))}")
    return found


def as_words(text: Any) -> Any:
    """Text that a spreadsheet takes for words: an apostrophe before what it would take for a formula.

    Numbers, and words that are a number, stay as they are.
    """
    if isinstance(text, str):
        text = text.replace("\r", " ")  # a program may take it for the end of the row
    if not isinstance(text, str) or not text.lstrip(BEFORE_A_FORMULA).startswith(STARTS_A_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def as_written(text: Any) -> Any:
    """Text before `as_words` put an apostrophe before it."""
    written = text[1:] if isinstance(text, str) and text.startswith("'") else text
    return written if as_words(written) == text else text


def read_register(path: str | Path) -> "pd.DataFrame":
    """Read a register: a CSV in which every cell is text and an empty cell is empty text; raises as `read_csv`."""
    import pandas as pd

    with _as_made(path):
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def read_mapping(path: str | Path) -> dict[Any, Any]:
    """Parse a YAML file of keys and their values, none where it is empty; raises as `read_yaml`, and on other forms."""
    content = read_yaml(path)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SpecError(
            f"{path}: holds a {type(content).__name__} where keys with values are wanted, such as `name: value`. "
            "Mend the file and run again."
        )
    return content


class _Row(dict[str, str]):
    """A row of a small CSV; asked for a column that the file lacks, it raises `SpecError`."""

    def __init__(self, cells: Mapping[str, str], path: str | Path) -> None:
        super().__init__(cells)
        self.path = path

    def __missing__(self, column: str) -> str:
        near = nearest(column, list(self))
        raise SpecError(f"{self.path}: no column `{column}`; {near}. Mend the first line and run again.")


def read_rows(path: str | Path) -> list[dict[str, str]]:
    """Rows of a small CSV as dictionaries of text, without importing pandas.

    Raises `DataError` where there is no such file, `SpecError` where it is not UTF-8 or a row has not the header's
    number of cells, and where a row is asked for a column that is not there.
    """
    reader = csv.DictReader(io.StringIO(read_text(Path(path)), newline=""))
    rows: list[dict[str, str]] = []
    try:
        for row in reader:
            if None in row or None in row.values():
                width = len(reader.fieldnames or ())
                raise SpecError(
                    f"{path}, line {reader.line_num}: not the {width} cells of the header. Quote cells that hold a "
                    "comma, and mend the line."
                )
            rows.append(_Row(row, path))
    except csv.Error as error:
        raise SpecError(f"{path}, line {reader.line_num}: not valid CSV: {error}. Mend the line.") from None
    return rows


def read_json(path: str | Path) -> Any:
    """Parse a JSON file, packed if its name ends in `.gz`; raises `DataError` where there is none or it is broken."""
    path = Path(path)
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file. Put it there, or bring it back with git.") from None
    except (ValueError, EOFError, OSError) as error:
        raise DataError(f"{path}: not a whole JSON file ({error}). Bring it back with git.") from None


def write_text(text: str, path: str | Path) -> None:
    """Write UTF-8 text."""
    write_bytes(text.encode("utf-8"), path)


def write_bytes(data: bytes, path: str | Path) -> None:
    """Write bytes."""
    with atomic(path) as temporary:
        temporary.write_bytes(data)


def read_yaml(path: str | Path) -> Any:
    """Parse a YAML file; raises `DataError` if absent, `SpecError` naming line and column where it is not YAML.

    A key twice in one mapping and a word that is not of its type (`!!int ""`, the date 2020-13-45) are not YAML here.
    """
    return _parsed(path, _Loader)


def read_words(path: str | Path) -> Any:
    """Parse a YAML file in which every word is text as written: `yes`, `010`, `null` and `1.0` stay these words.

    Raises as `read_yaml`.
    """
    return _parsed(path, _Words)


def read_yaml_once(path: str | Path) -> Any:
    """As `read_yaml`; a text that was parsed before is not parsed again: what is given is shared, never changed."""
    return _content(path, _loaded_once, _Loader)


def _parsed(path: str | Path, loader: Any) -> Any:
    return _content(path, _loaded, loader)


def _content(path: str | Path, load: Callable[[str, Any], Any], loader: Any) -> Any:
    text = read_text(Path(path))
    try:
        return load(text, loader)
    except _HoldsItselfError:
        raise SpecError(f"{path}: a part refers to itself (`&` and `*`). Write it out and run again.") from None
    except _YAML_ERRORS as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error).split("\n")[0] or type(error).__name__
        raise SpecError(f"{path}{where}: not valid YAML: {reason}. Mend the line and run again.") from None


def _loaded(text: str, loader: Any) -> Any:
    content = yaml.load(text, Loader=loader)
    if _holds_itself(content):
        raise _HoldsItselfError
    return content


_loaded_once = cache(_loaded)


class _HoldsItselfError(Exception):
    """A structure has a part that is the structure itself."""


def _holds_itself(value: Any, around: frozenset[int] = frozenset()) -> bool:
    """Whether a structure has a part that is the structure itself."""
    if not isinstance(value, dict | list):
        return False
    inside = around | {id(value)}
    parts = value.values() if isinstance(value, dict) else value
    return id(value) in around or any(_holds_itself(part, inside) for part in parts)


def read_text(path: Path) -> str:
    """Text of a UTF-8 file that people edit, with or without a byte-order mark.

    Raises `DataError` where there is no such file, `SpecError` with the line where it is not UTF-8.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file. Check the name, then run the command again.")
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError(f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8 and run again.") from None


def write_yaml(content: Any, path: str | Path) -> None:
    """Write plain data as YAML, keys in their order."""
    write_text(yaml.dump(content, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120), path)


def write_frames(frames: "Iterable[tuple[str, pd.DataFrame]]", folder: str | Path) -> None:
    """Write a study's frames, by name, as `<folder>/<name>.parquet`; text columns as categories, which repeat."""
    for name, frame in frames:
        texts = frame.select_dtypes(include=["object", "str"]).columns
        write_parquet(frame.astype(dict.fromkeys(texts, "category")), Path(folder) / f"{name}.parquet")
        del frame  # before the next one is made


def read_frame(folder: str | Path, name: str) -> "pd.DataFrame":
    """Read one frame that `write_frames` wrote; raises `DataError` with the frames that there are."""
    return stored_frame(folder, name)[None]


def stored_frame(folder: str | Path, name: str) -> StoredFrame:
    """One frame that `write_frames` wrote, left in its file; raises as `read_frame`."""
    path = Path(folder) / f"{name}.parquet"
    if not path.is_file():
        there = ", ".join(sorted(found.stem for found in Path(folder).glob("*.parquet")))
        raise DataError(f"{folder}: no frame `{name}`; the study makes: {there}. Mend `frame` in the table's spec.")
    return StoredFrame(path)
