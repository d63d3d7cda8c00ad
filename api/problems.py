"""The one shape of errors (RFC 9457, problem+json) for the API and `--json`, and the page of each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rfc9457 import Problem

from graph.errors import PartygraphError


class RefusedError(PartygraphError):
    """The request is not allowed. HTTP 403."""

    code = "forbidden"
    title = "不允许"
    exit_code = 2
    status = 403


class UnauthenticatedError(PartygraphError):
    """Who asks is not known. HTTP 401."""

    code = "authentication-failed"
    title = "未通过身份验证"
    exit_code = 2
    status = 401


class BusyError(PartygraphError):
    """Too many requests, or something that runs one at a time is taken. HTTP 429; `after` in seconds."""

    code = "busy"
    title = "请求过多"
    exit_code = 3
    status = 429

    def __init__(self, detail: str, remedy: str, *, code: str | None = None, after: int = 5) -> None:
        super().__init__(detail, remedy, code=code)
        self.after = after


MEDIA_TYPE = "application/problem+json"
PLACES = ("pointer", "parameter", "header", "file", "sheet", "row", "column")


def problem(error: PartygraphError, *, instance: str = "", request_id: str = "") -> dict[str, Any]:
    """The body of an error: `type`, `title`, `status`, `detail`, `instance`, `code`, `remedy`, `request_id`, `errors`.

    Input values are never echoed: details come from our own errors only.
    """
    extras: dict[str, Any] = {
        "instance": instance,
        "code": error.code,
        "remedy": error.remedy,
        "request_id": request_id,
        "errors": [_item(dict(i)) for i in error.items],
    }
    shaped = Problem(error.title, f"/problems/{error.code}", error.detail, error.status, **extras)
    return dict(shaped.marshal())


def _item(item: dict[str, Any]) -> dict[str, Any]:
    kept = {k: item[k] for k in ("code", "detail", "remedy", *PLACES) if k in item}
    if "message" in item and "detail" not in kept:
        kept["detail"] = item["message"]
    return kept


CODES: Mapping[str, str] = {
    "ambiguous": "一个名称对应多个节点，请改用标识或 上级/简称",
    "analysis-lost": "分析进程中断",
    "analysis-timeout": "分析没有在限定时间内完成",
    "analysts-busy": "正在进行的分析太多",
    "area-missing": "这种图需要说明区域",
    "argument-extra": "命令后面有多余的参数",
    "authentication-failed": "没有有效的密钥或令牌",
    "authentication-missing": "非本机地址须先设身份验证",
    "before-invalid": "比较的日期不早于截至日期",
    "before-missing": "没有说从哪一天或哪个修订算起",
    "body-too-large": "请求的内容太大",
    "bulk-needs-embedded": "整库写入只用于内嵌的图数据库",
    "bulk-parameters": "整库写入的选项用法不对",
    "busy": "请求过多，或一次只能做一件的事正在做",
    "chart-too-large": "图太大，请缩小区域或深度",
    "checks-invalid": "核对声明有误",
    "conflict": "要用的东西正被占用，或与现有内容冲突",
    "convert-failed": "图片没有转换成功",
    "cursor-invalid": "翻页游标无效或不属于这个查询",
    "dangling-end": "存储中有关系缺少一端",
    "data-dir": "数据文件夹不能使用",
    "defect": "程序缺陷",
    "difference-too-large": "两个修订之间的改动太多，不能逐项列出",
    "disk-error": "磁盘读写出错",
    "disk-full": "磁盘已满",
    "district-busy": "这个区划正被另一次导入占用",
    "districts-too-few": "对照至少要两个区划",
    "plan-empty": "设想中没有任何改动",
    "plan-invalid": "设想中的改动做不了或会破坏模型",
    "plan-too-long": "设想的改动太多",
    "plan-unreadable": "设想的文件读不懂",
    "district-missing": "载入了多个区划，没有说明看哪一个",
    "districts-mixed": "给出的标识分属不同区划",
    "embedded-not-installed": "没有安装内嵌 Neo4j 所需的组件",
    "empty-chart": "图中没有可画的内容",
    "empty-report": "报告中没有可写的内容",
    "encoding-unknown": "文件编码不能识别",
    "end-missing": "关系的一端不在库中",
    "ends-missing": "这种图需要起点和终点",
    "figures-empty": "数字文件没有内容",
    "figures-invalid": "数字文件有误",
    "file-empty": "文件没有内容",
    "file-encoding": "文件编码不能识别",
    "file-encrypted": "文件有密码",
    "file-exists": "文件已存在",
    "file-missing": "文件不存在",
    "file-too-large": "文件太大",
    "file-too-wide": "表的列太多",
    "file-type": "文件类型不支持",
    "file-unreadable": "文件读不出来",
    "file-unwritable": "文件写不进去",
    "folder-empty": "文件夹中没有可导入的文件",
    "font-missing": "缺少字体",
    "forbidden": "没有权限",
    "format-unknown": "不支持的格式",
    "host-refused": "请求的主机名不是本服务的",
    "id-duplicate": "标识重复",
    "import-invalid": "要导入的文件有错误，没有写入任何内容",
    "input-invalid": "输入有误",
    "jars-damaged": "内嵌 Neo4j 的运行库损坏",
    "jars-incomplete": "内嵌 Neo4j 的运行库不全",
    "jars-unreachable": "下载不到内嵌 Neo4j 的运行库",
    "java-missing": "找不到可用的 Java",
    "job-interrupted": "任务中断，没有完成",
    "job-unfinished": "任务还没有完成",
    "layout-failed": "排版程序出错",
    "layout-missing": "找不到排版程序",
    "layout-timeout": "排版超时",
    "lease-lost": "写入没有完成，已撤回",
    "mapping-proposed": "有不认识的表或列，已写出对照建议",
    "mapping-unconfirmed": "对照文件是建议，还没有核对",
    "measure-invalid": "统计口径有误",
    "media-type": "请求内容的类型不支持",
    "method-not-allowed": "地址不支持该方法",
    "no-errors": "这次导入没有错误",
    "no-pairing": "治理方案没有声明结对共建",
    "not-confirmed": "需要确认的操作没有确认",
    "not-found": "没有找到",
    "nothing-loaded": "存储中还没有任何区划",
    "option-usage": "选项用法不对",
    "origin-refused": "来自其他网站页面的写入请求",
    "own-rows": "区划中有用户导入的数据",
    "parameter-invalid": "参数的值不合要求",
    "parameter-missing": "缺少参数",
    "parameter-unknown": "有不认识的参数",
    "permission-missing": "没有做这件事的权限",
    "port-taken": "端口被占用",
    "profile-invalid": "治理方案有误",
    "query-busy": "另一个查询正在执行",
    "query-invalid": "查询语句不合语法或执行出错",
    "query-memory": "查询用的内存太多",
    "query-name-taken": "已有同名的查询",
    "query-off": "自由查询没有开放",
    "query-refused": "查询语句会写入、读外部内容或看系统，不执行",
    "query-timeout": "查询没有在限定时间内完成",
    "query-too-large": "查询结果太大",
    "rate-limited": "请求太频繁",
    "records-unusable": "密钥与审计的记录文件不能使用",
    "repeat-mismatch": "同一个 Idempotency-Key 用于不同的请求",
    "repeat-running": "同一个 Idempotency-Key 的请求还在进行",
    "repeat-secret": "同一个 Idempotency-Key 的请求已经完成，其应答不能重现",
    "request-invalid": "请求不合要求",
    "revision-built-upon": "后来的修订又改动了同样的内容，不能撤销",
    "revision-changed": "比对之后区划又有了新修订",
    "revision-late": "等待的修订还没有写入",
    "scope-unbound": "这项内容不能限定在范围之内，受限的调用者不能使用",
    "second-superior": "一个组织有两个正式上级",
    "setting-invalid": "设置有误",
    "settings-invalid": "设置有误",
    "sheet-too-large": "工作表太大",
    "store-busy": "存储正被另一个程序启动、停止或整理",
    "store-database": "服务器上没有这个数据库或它未启动",
    "store-disk": "图数据库的磁盘写不进去",
    "store-empty": "图数据库是空的",
    "store-forbidden": "图数据库的用户权限不够",
    "store-foreign": "数据库里有别的程序的数据",
    "store-held": "数据文件夹正被别的程序占用",
    "store-memory": "图数据库内存不够",
    "store-newer": "数据库结构比本程序新",
    "store-not-empty": "图数据库不是空的",
    "store-older": "数据库结构比本程序旧",
    "store-password": "图数据库用户名或密码不对",
    "store-start": "内嵌 Neo4j 没有启动成功",
    "store-stopped": "内嵌 Neo4j 已被停止",
    "store-timeout": "图数据库没有在限定时间内完成",
    "store-too-old": "图数据库版本太旧",
    "store-tool-failed": "Neo4j 的管理工具出错",
    "store-unreachable": "连接不上图数据库",
    "template-broken": "Word 模板不是完好的 .docx",
    "too-many-failures": "身份验证失败次数太多",
    "unavailable": "外部条件不具备",
    "unknown-command": "没有这个命令",
    "unknown-district": "没有这个区划，或它没有载入",
    "unknown-finding": "没有这条问题",
    "unknown-id": "没有这个标识或名称的节点，或不在查询日期的有效期内",
    "unknown-job": "没有这个任务",
    "unknown-key": "没有这个密钥",
    "unknown-kind": "没有这种图",
    "unknown-option": "没有这个选项",
    "unknown-problem": "没有这个错误代码",
    "unknown-query": "没有这个保存的查询",
    "unknown-revision": "没有这个修订",
    "unknown-route": "没有这个地址",
    "usage": "命令用法不对",
}
