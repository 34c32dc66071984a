"""A user's table as rows of text or values, whatever program has written it.

CSV in any usual encoding and with any usual separator, Excel and Parquet. Nothing is understood
here but where rows and columns are.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.errors import DataError, reading
from microchp.telling import counted

MAX_BYTES = 500_000_000
"""A year by minute with a dozen columns is a tenth of this."""

SEPARATORS = (";", "\t", ",")


@dataclass(frozen=True)
class Table:
    """Columns of a file.

    Attributes
    ----------
    cells
        A column for each name of the header; the index is the row in the file, the first being 1.
    has_decimal_comma
        Whether the separator leaves the comma to the numbers.
    """

    cells: pd.DataFrame
    has_decimal_comma: bool = False


def read_table(path: Path, key: str) -> Table:
    """The table in a file, its kind told by its name.

    Parameters
    ----------
    path
        CSV (also ``.csv.gz``), ``.xlsx`` (first sheet) or Parquet.
    key
        The key of the configuration that names it, for messages.

    Raises
    ------
    DataError
        Naming the file and what is wrong, whatever it holds.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file ({key})")
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        with reading(path, "an Excel file"):
            return _from_rows(path, _excel_rows(path))
    if suffix in (".parquet", ".pq"):
        with reading(path, "a Parquet file"):
            return _from_parquet(path)
    if suffix in (".csv", ".txt", ".tsv", ".gz", ""):
        with reading(path, "a CSV"):
            return _from_csv(path)
    raise DataError(f"{path}: expected a .csv, .csv.gz, .xlsx or .parquet file ({key})")


def text_of(path: Path) -> str:
    """Content of a text file, packed or not, in whichever encoding.

    Raises
    ------
    DataError
        If it is empty, too large, or no text.
    """
    with path.open("rb") as file:
        unpacked: Any = gzip.GzipFile(fileobj=file) if path.suffix.lower() == ".gz" else file
        content = unpacked.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DataError(f"{path}: larger than {MAX_BYTES / 1e6:.0f} MB")
    text = decoded(content)
    if "\0" in text:
        raise DataError(f"{path}: not a CSV: it holds bytes that no text has")
    if not text.strip():
        raise DataError(f"{path}: the file is empty")
    return text


def _from_csv(path: Path) -> Table:
    text = text_of(path)
    header = next(line for line in text.splitlines() if line.strip())
    separator = max(SEPARATORS, key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    table = _from_rows(path, [(reader.line_num, row) for row in reader])
    return Table(table.cells, separator != ",")


def decoded(content: bytes) -> str:
    """Text of a file in UTF-8, UTF-16 or, as Windows' programs write it, cp1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    # half of the bytes of a text in UTF-16 are zero, and none of a text in anything else
    start = content[:1000]
    if start.count(0) > len(start) // 4:
        return content.decode("utf-16-le" if start[1:2] == b"\0" else "utf-16-be")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _excel_rows(path: Path) -> list[tuple[int, list[Any]]]:
    sheet = pd.read_excel(path, header=None, dtype=object)
    filled = sheet.astype(object).where(sheet.notna(), "")
    return [(row + 1, cells) for row, cells in enumerate(filled.to_numpy(dtype=object).tolist())]


def _from_rows(path: Path, rows: list[tuple[int, list[Any]]]) -> Table:
    """Columns by the first row that is not blank; blank rows and empty last cells do not count."""
    filled = [(number, cells) for number, cells in rows if any(str(c).strip() for c in cells)]
    if not filled:
        raise DataError(f"{path}: the file is empty")
    names = [str(cell).strip() for cell in filled[0][1]]
    while names and not names[-1]:
        names.pop()
    body = filled[1:]
    width = len(names)
    # empty cells beyond the header are what Excel leaves of a deleted column
    ragged = [
        (number, cells)
        for number, cells in body
        if len(cells) < width or any(str(cell).strip() for cell in cells[width:])
    ]
    if ragged:
        number, cells = ragged[0]
        raise DataError(
            f"{path}, row {number}: {counted(len(cells), 'value')} under the "
            f"{counted(width, 'name')} of the header"
            + (f"; {len(ragged)} such rows in all" if len(ragged) > 1 else "")
        )
    frame = pd.DataFrame(
        [cells[:width] for _, cells in body],
        index=[number for number, _ in body],
        columns=names,
        dtype=object,
    )
    return Table(frame)


def _from_parquet(path: Path) -> Table:
    frame = pd.read_parquet(path)
    if frame.index.name is not None:
        frame = frame.reset_index()
    frame.columns = frame.columns.map(lambda name: str(name).strip())
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return Table(frame)
