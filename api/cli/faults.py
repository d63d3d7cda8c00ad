"""The edge of the command line: every error becomes one Chinese message on stderr and an exit code."""

from __future__ import annotations

import datetime as dt
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.cli.output import console, encoded
from api.problems import problem
from api.settings import default_data_dir
from graph.errors import ParameterError, PartygraphError

DEFECT, INTERRUPTED = 70, 130


def told(error: PartygraphError, *, as_json: bool) -> int:
    """Say what is wrong, where and what to do; the exit code."""
    if as_json:
        sys.stderr.buffer.write(encoded(problem(error)) + b"\n")
        sys.stderr.buffer.flush()
        return error.exit_code
    out = console(error=True)
    out.print(f"{error.title}：{error.detail}", markup=False)
    out.print(f"怎么办：{error.remedy}", markup=False)
    listed = [i for i in error.items if i.get("detail") != error.detail]
    for item in listed[:20]:
        out.print(f"  · {_place(item)}{item.get('detail', '')}{item.get('remedy', '')}", markup=False)
    if len(listed) > 20:
        out.print(f"  还有{len(listed) - 20}处。", markup=False)
    return error.exit_code


def _place(item: Mapping[str, Any]) -> str:
    """File, sheet, row and column of an import error, as far as they are known."""
    parts = [str(item[k]) for k in ("file", "sheet") if item.get(k)]
    if item.get("row"):
        parts.append(f"第{item['row']}行")
    if item.get("column"):
        parts.append(f"{item['column']}列" + (f"“{item['header']}”" if item.get("header") else ""))
    return f"{' '.join(parts)}：" if parts else ""


def defect(error: BaseException, data_dir: Path | None, *, as_json: bool) -> int:
    """One line and where the log is; the log holds the places in the code, no values."""
    folder = (data_dir or default_data_dir()) / "logs"
    log = folder / "errors.log"
    frames = "".join(traceback.format_tb(error.__traceback__))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as f:
            f.write(f"{dt.datetime.now(dt.UTC).isoformat()} {type(error).__qualname__}\n{frames}\n")
        remedy = f"请把日志 {log} 交给维护人员。"
    except OSError:
        remedy = f"日志写不进 {folder}；错误类型是 {type(error).__qualname__}。"
    return told(PartygraphError("程序内部出错，没有完成。", remedy), as_json=as_json)


def usage(error: Any) -> ParameterError:
    """The Chinese error for a usage error of typer, told by its kind; values are never echoed."""
    kind = type(error).__name__
    ctx = getattr(error, "ctx", None)
    remedy = f"用法见 {ctx.command_path} --help。" if ctx is not None else "用法见 partygraph --help。"
    name = getattr(error, "option_name", "")
    if kind == "NoSuchOption":
        near = "、".join(getattr(error, "possibilities", None) or ())
        return ParameterError(
            f"没有选项 {name}。", (f"是否应为 {near}？" if near else "") + remedy, code="unknown-option"
        )
    if kind == "BadOptionUsage":
        return ParameterError(f"选项 {name} 后面缺少值，或不该有值。", remedy, code="option-usage")
    param = getattr(error, "param", None)
    named = _named(param)
    if kind == "MissingParameter":
        return ParameterError(f"缺少{_word(param)} {named}。", remedy, code="parameter-missing")
    if kind == "BadParameter":
        return ParameterError(f"{_word(param)} {named} 的值不合要求。", remedy)
    if "extra argument" in str(error):
        return ParameterError("命令后面有多余的参数。", remedy, code="argument-extra")
    return ParameterError("命令的用法不对。", remedy, code="usage")


def _named(param: Any) -> str:
    """The parameter as the help names it; read here because the hint of typer takes other arguments in each release."""
    if _word(param) == "参数":
        return str(getattr(param, "metavar", None) or getattr(param, "name", None) or "").upper()
    return " / ".join(getattr(param, "opts", None) or ())


def _word(param: Any) -> str:
    return "参数" if getattr(param, "param_type_name", "") == "argument" else "选项"
