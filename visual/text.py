"""Chinese text in boxes: widths, wrapping, vertical setting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

WIDE_EM = 1.0
NARROW_EM = 0.56
LINE_PITCH = 1.2  # what Graphviz sets between the lines of a label, in font sizes

# Horizontal punctuation and its vertical form (GB/T 15834: brackets and dashes turn with the line).
VERTICAL_FORMS = str.maketrans(
    "（）()“”‘’《》〈〉【】〔〕「」『』—–-…、，。,",
    "︵︶︵︶﹁﹂﹃﹄︽︾︿﹀︻︼︹︺﹁﹂﹃﹄︱︱︱︙︑︐︒︐",
)
# Never first in a line, never last in a line.
NOT_FIRST = frozenset("）)》〉】〕」』”’、，。；：！？·,.;:!?%％*")
NOT_LAST = frozenset("（(《〈【〔「『“‘")
# Kept on one line: terms that would read badly when broken, Latin words, a number with its counter (12号).
TERMS = (
    "工作委员会|委员会|党工委|党委|党总支|总支|联合党支部|党支部|支部|党小组|中心户|街道|社区|网格|小区|楼栋|单元|"
    "居委会|村委会|联席会议|大工委|大党委|党建联盟|促进会|服务中心|有限公司|有限责任公司|管理局|办事处|派出所|"
    "功能型党组织|综合党委|党组织|机关工委|指导员|城市党建联盟|城市基层|党建工作|经济技术|经济|开发区|试验区|开发"
)
NUMBERED = r"第[\d一二三四五六七八九十百]+(?:小网格|网格|小区|小组|社区|街道|单元|党支部)?"
UNIT_RE = re.compile(
    rf"（[^（）]{{1,4}}）|{TERMS}|{NUMBERED}|\d+(?:\.\d+)?(?:号楼|号院|[号楼室栋个%％])?|[A-Za-z]+|.", re.DOTALL
)
PART_RE = re.compile(r"[^·/，；]+[·/，；]?|[·/，；]")  # what a note is put together from


def clean(text: str) -> str:
    """`text` as one printable line: line breaks and runs of spaces become one space, control characters go."""
    kept = (" " if char.isspace() else char for char in text if char.isspace() or char.isprintable())
    return " ".join("".join(kept).split())


@lru_cache(maxsize=65536)
def em(text: str) -> float:
    """Width of `text` in font sizes: 1 for East Asian wide characters, 0.56 for others, 0 for combining marks."""
    total = 0.0
    for char in text:
        if unicodedata.combining(char):
            continue
        total += WIDE_EM if unicodedata.east_asian_width(char) in "WFA" else NARROW_EM
    return total


@lru_cache(maxsize=16384)
def wrap(text: str, limit: float) -> tuple[str, ...]:
    """Break `text` into lines of at most `limit` em, as even as their number allows.

    Numbers, Latin words and punctuation stay where Chinese typesetting wants them; a word longer than the limit is
    broken hard.
    """
    units = _units(text, limit)
    lines = _greedy(units, limit)
    if len(lines) < 2:
        return lines
    # The same number of lines with the least limit: even lines look composed, a last line of one character does not.
    narrow = max(em(text) / len(lines), *(em(unit) for unit in units))
    while narrow < limit:
        candidate = _greedy(units, narrow)
        if len(candidate) == len(lines):
            return candidate
        narrow += 0.25
    return lines


def wrap_note(text: str, limit: float) -> tuple[str, ...]:
    """Break a note into lines of at most `limit` em, where its parts (楼栋党支部7·单元党小组13) meet if it can be."""
    lines: list[str] = []
    for part in PART_RE.findall(text):
        if lines and em(lines[-1] + part) <= limit:
            lines[-1] += part
        else:
            lines += wrap(part, limit)
    return tuple(lines) or ("",)


def fill_lines(text: str, limit: float) -> tuple[str, ...]:
    """Break `text` into full lines of at most `limit` em, as running text is set."""
    return _greedy(_units(text, limit), limit)


def _greedy(units: Sequence[str], limit: float) -> tuple[str, ...]:
    lines: list[str] = []
    line = ""
    for unit in units:
        if line and em(line + unit) > limit + 1e-6 and not (unit[0] in NOT_FIRST and em(line) < limit + 0.5):
            carried = ""
            while len(line) > 1 and (line[-1] in NOT_LAST or (carried + unit)[0] in NOT_FIRST):
                carried, line = line[-1] + carried, line[:-1]
            lines.append(line.rstrip())
            line = carried + unit.lstrip()
        else:
            line += unit
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines) or ("",)


def _units(text: str, limit: float) -> list[str]:
    units: list[str] = []
    for match in UNIT_RE.finditer(text):
        unit = match.group()
        units.extend([unit] if em(unit) <= limit else list(unit))
    return units


@lru_cache(maxsize=16384)
def vertical_cells(text: str) -> tuple[str, ...]:
    """`text` as the cells of a vertical column: turned punctuation, a number of up to two digits in one cell."""
    cells: list[str] = []
    for match in re.finditer(r"(?<!\d)\d{2}(?!\d)|——|……|\S", text):
        unit = match.group()
        cells.append(unit[0].translate(VERTICAL_FORMS) if len(set(unit)) == 1 and not unit.isdigit() else unit)
    return tuple(cells) or ("",)


def note_columns(text: str, limit: int) -> tuple[tuple[str, ...], ...]:
    """A vertical note in columns of at most `limit` cells from right to left, broken where its parts meet if it can
    be."""
    cells = vertical_cells(text)
    if len(cells) <= limit:
        return (cells,)
    columns: list[tuple[str, ...]] = []
    for part in (vertical_cells(part) for part in PART_RE.findall(text)):
        if columns and len(columns[-1]) + len(part) <= limit:
            columns[-1] += part
        else:
            columns.append(part)
    count = -(-len(cells) // limit)
    if len(columns) <= count + 1 and all(len(column) <= limit for column in columns):
        return tuple(columns)
    length = -(-len(cells) // count)
    return tuple(cells[start : start + length] for start in range(0, len(cells), length))


def vertical_columns(label: str, short: str, limit: int) -> tuple[tuple[str, ...], ...]:
    """Columns from right to left, each of at most `limit` cells: the name, else the short name, else more columns."""
    cells = vertical_cells(label)
    if len(cells) > limit and short:
        cells = vertical_cells(short)
    if len(cells) <= limit:
        return (cells,)
    # Broken where a line would be, so that 社区 and 党委 stay whole; hard where that needs more columns.
    text = short if short and vertical_cells(short) == cells else label
    broken = tuple(vertical_cells(line) for line in wrap(text, limit))
    count = -(-len(cells) // limit)
    if len(broken) == count and all(len(column) <= limit for column in broken):
        return broken
    length = -(-len(cells) // count)
    return tuple(cells[start : start + length] for start in range(0, len(cells), length))
