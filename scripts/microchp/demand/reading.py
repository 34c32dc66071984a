"""A demand file as a table, whatever program has written it: bytes to cells, nothing understood.

Cells of text files are text. The index is the row that a user sees, the first being 1.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import xarray as xr

from microchp.config import DemandFile
from microchp.demand.clock_columns import melted
from microchp.errors import DataError, reading
from microchp.series.table_file import SEPARATORS, text_of
from microchp.series.timeseries import QUANTITIES
from microchp.telling import counted

TEXT = (".csv", ".txt", ".tsv")
EXCEL = (".xlsx", ".xlsm")
PARQUET = (".parquet", ".pq")
NETCDF = (".nc", ".nc4")
KINDS = ".csv, .txt, .tsv (also .gz), .xlsx, .parquet or .nc"

SAMPLE_LINES = 50
"""By the first rows of a text it is told how many columns it has."""

SHOWN_ROWS = 5


def read_cells(path: Path, file: DemandFile) -> pd.DataFrame:
    """The table in one of a user's files.

    Parameters
    ----------
    path
        One of ``file.path``.
    file
        How it is laid out.

    Returns
    -------
    pandas.DataFrame
        A column for each named column of the file; names may occur twice.

    Raises
    ------
    DataError
        Saying what is wrong, whatever the file holds. It does not name the file.
    """
    if not path.is_file():
        raise DataError("there is no such file")
    name = path.name.lower().removesuffix(".gz")
    kinds = (
        (TEXT, "a CSV", _from_text),
        (EXCEL, "an Excel file", _from_excel),
        (PARQUET, "a Parquet file", _from_parquet),
        (NETCDF, "a NetCDF file", _from_netcdf),
    )
    kind = next(((what, read) for ends, what, read in kinds if name.endswith(ends)), None)
    if kind is None:
        raise DataError(f"not a kind of file that can be read; give {KINDS}")
    what, read = kind
    with reading(path, what):
        table = read(path, file)
        return table if file.days_as_rows is None else melted(table, file)


# ------------------------------------------------------------------------------- text


def found_separator(lines: list[str]) -> str:
    """The separator of which the rows have most often the same number, and the most.

    The comma only where no other divides all rows, as it may be in the numbers.
    """
    scores = {}
    for separator in SEPARATORS:
        counts = Counter(line.count(separator) for line in lines)
        count, rows = max(counts.items(), key=lambda item: (item[0] > 0, item[1], item[0]))
        scores[separator] = (rows if count else 0, count)
    # semicolon and tab stand first and win where they divide as many rows as the comma does
    return max(SEPARATORS, key=lambda s: (scores[s][0], s != ","))


def _from_text(path: Path, file: DemandFile) -> pd.DataFrame:
    text = text_of(path)
    lines = [line for line in text.splitlines()[file.skip_rows :][:SAMPLE_LINES] if line.strip()]
    if not lines:
        raise DataError(f"there is nothing below the {counted(file.skip_rows, 'row')} of skip_rows")
    separator = file.separator or found_separator(lines)
    records = list(csv.reader(lines, delimiter=separator))
    # the header may have the commas that Excel leaves of a deleted column, or lack them
    widths = Counter(len(record) for record in (records[1:] if file.header else records))
    width = max(widths or [len(records[0])], key=lambda w: widths[w])
    table, odd = _parsed(text, separator, width)
    return _headed(table, odd, file)


def _parsed(text: str, separator: str, width: int) -> tuple[pd.DataFrame, dict[int, list[str]]]:
    """All rows of a width as a table, and those of another by their row."""
    odd: dict[int, list[str]] = {}

    def keep(row: pa.csv.InvalidRow) -> str:
        odd[row.number] = next(csv.reader([row.text], delimiter=separator), [])
        return "skip"

    names = [str(column) for column in range(width)]
    content = text.encode()
    table = pa.csv.read_csv(
        io.BytesIO(content),
        read_options=pa.csv.ReadOptions(
            column_names=names, use_threads=False, block_size=max(1 << 20, len(content) + 1)
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=separator, invalid_row_handler=keep, ignore_empty_lines=False
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    ).to_pandas()
    rows = np.setdiff1d(np.arange(1, len(table) + len(odd) + 1), list(odd), assume_unique=True)
    table.index = pd.Index(rows)
    return table, odd


def _headed(table: pd.DataFrame, odd: dict[int, list[str]], file: DemandFile) -> pd.DataFrame:
    """The table below its header, its columns named; rows of another width fitted or told."""
    first = file.skip_rows + 1
    odd = {
        row: cells
        for row, cells in odd.items()
        if row >= first and any(str(cell).strip() for cell in cells)
    }
    table = table.loc[table.index >= first]
    table = table[~_is_blank(table)]
    names: list[str]
    if file.header:
        rows = [*odd, *table.index[:1]]
        if not rows:
            raise DataError("the file is empty")
        header = min(rows)
        given = odd.pop(header, None) or table.loc[header].tolist()
        names = [_name(cell) for cell in given]
        table, odd = table[table.index > header], {r: c for r, c in odd.items() if r > header}
    else:
        names = [str(number + 1) for number in range(table.shape[1])]
    while names and not names[-1]:
        names.pop()
    width, held = len(names), table.shape[1]
    if held > width and _is_filled(table.iloc[:, width:]):
        raise DataError(
            f"{counted(held, 'column')} under the {counted(width, 'name')} of the header "
            f"'{'; '.join(names)}'"
        )
    table = table.iloc[:, :width]
    for column in range(held, width):  # named, and empty in every row of the usual width
        table.insert(column, f"missing {column}", "")
    fitted: dict[int, list[str]] = {}
    ragged: dict[int, int] = {}
    for row, cells in odd.items():
        if any(str(cell).strip() for cell in cells[width:]) or len(cells) < width:
            ragged[row] = len(cells)
        else:
            fitted[row] = cells[:width]
    if ragged:
        shown = ", ".join(
            f"row {row} ({counted(n, 'value')})" for row, n in [*ragged.items()][:SHOWN_ROWS]
        )
        more = f" and {len(ragged) - SHOWN_ROWS:,} more" if len(ragged) > SHOWN_ROWS else ""
        raise DataError(
            f"not a CSV with {counted(width, 'value')} in each row, as its header has; another "
            f"number in {counted(len(ragged), 'row')}: {shown}{more}"
        )
    if fitted:
        extra = pd.DataFrame.from_dict(fitted, orient="index", columns=table.columns)
        table = pd.concat([table, extra]).sort_index()
    table.columns = pd.Index(names)
    unnamed = [number for number, name in enumerate(names) if not name]
    filled = [str(number + 1) for number in unnamed if _is_filled(table.iloc[:, [number]])]
    if filled:
        raise DataError(f"column {', '.join(filled)} has values and no name")
    return table.iloc[:, [n for n in range(width) if n not in unnamed]]


def _is_blank(table: pd.DataFrame) -> pd.Series:
    """Rows without any text."""
    blank = pd.Series(True, index=table.index)
    for column in table.columns:
        cells = table.loc[blank, column].astype("str").str.strip()
        blank[blank] = (cells == "").to_numpy()
        if not blank.any():
            break
    return blank


def _name(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell).strip()


def _is_filled(table: pd.DataFrame) -> bool:
    cells = table.astype("str").apply(lambda column: column.str.strip())
    return bool((~cells.isin(["", "nan", "None"])).to_numpy().any())


# ------------------------------------------------------------------------- other kinds


def _from_excel(path: Path, file: DemandFile) -> pd.DataFrame:
    with pd.ExcelFile(path) as book:
        sheet = book.sheet_names[0] if file.sheet is None else file.sheet
        if isinstance(sheet, int) and 1 <= sheet <= len(book.sheet_names):
            sheet = book.sheet_names[sheet - 1]
        if sheet not in book.sheet_names:
            known = ", ".join(map(str, book.sheet_names))
            raise DataError(f"sheet: there is no '{sheet}'; the sheets are {known}")
        cells = book.parse(sheet, header=None, dtype=object)
    cells = cells.astype(object).where(cells.notna(), "")
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return _headed(cells, {}, file)


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    table.columns = pd.Index([str(column).strip() for column in table.columns])
    table.index = pd.RangeIndex(1, len(table) + 1)
    return table


def _from_parquet(path: Path, file: DemandFile) -> pd.DataFrame:
    table = pd.read_parquet(path)
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    return _numbered(table)


def _from_netcdf(path: Path, file: DemandFile) -> pd.DataFrame:
    dataset = xr.load_dataset(path)
    units = {name: dataset[name].attrs.get("units", "kW") for name in QUANTITIES if name in dataset}
    wrong = [f"{name} has '{unit}'" for name, unit in units.items() if unit != "kW"]
    if wrong and file.unit is None:
        raise DataError(f"units must be 'kW'; {', '.join(wrong)}")
    dims = [str(dim) for dim in dataset.dims if dim in ("dwelling", "time")]
    return _numbered(dataset.to_dataframe(dim_order=dims).reset_index())


# -------------------------------------------------------------------------------- cells


def is_empty(column: pd.Series) -> pd.Series:
    """Where a column has no value."""
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(
        column.dtype
    ):
        return column.isna()
    text = column.astype("str").str.strip()
    return column.isna() | text.str.lower().isin(["", "nan", "none", "null", "na"])


def as_numbers(column: pd.Series, decimal: str | None) -> tuple[pd.Series, pd.Series]:
    """A column as floating point, and where it has text that is no number.

    Parameters
    ----------
    column
        Text, numbers, or both.
    decimal
        Decimal mark; none to tell it from the values.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype(np.float64), pd.Series(False, index=column.index)
    empty = is_empty(column)
    text = column.astype("str").str.strip().where(~empty, "nan")
    marks = text[~empty]
    if decimal == "," or (
        decimal is None
        and marks.str.contains(",", regex=False).any()
        and not marks.str.contains(".", regex=False).any()
    ):
        text = text.str.replace(",", ".", regex=False)
    try:
        values = pc.cast(pa.array(text, pa.string()), pa.float64()).to_numpy(zero_copy_only=False)
        return pd.Series(values, index=column.index), pd.Series(False, index=column.index)
    except pa.ArrowInvalid:
        numbers = pd.Series(list(_floats(text)), index=column.index, dtype=np.float64)
        return numbers, numbers.isna() & ~empty


def _floats(text: pd.Series) -> Iterator[float]:
    for cell in text:
        try:
            yield float(cell)
        except ValueError:
            yield np.nan
