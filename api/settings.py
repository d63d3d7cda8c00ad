"""Every setting, where its value came from and what it means.

A flag over environment `PARTYGRAPH_…` over `./partygraph.toml` over `DATA_DIR/partygraph.toml` over the default.
"""

from __future__ import annotations

import difflib
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from graph.errors import InputError
from graph.faults import not_toml

PREFIX = "PARTYGRAPH_"
FILE = "partygraph.toml"
Memory = Annotated[str, Field(pattern=r"^[1-9][0-9]*[kmgKMG]$")]


def default_data_dir() -> Path:
    """The platform's folder for a user's application data."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "partygraph"


class Settings(BaseSettings):
    """All settings, checked; field names are those of interface.md in lower case, descriptions are for users."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    neo4j_uri: str = Field(
        "", description="Neo4j 服务器地址（bolt://、neo4j://、neo4j+s://）；空为随程序启动的内嵌 Neo4j"
    )
    neo4j_user: str = Field("neo4j", description="Neo4j 用户名")
    neo4j_password: SecretStr = Field(SecretStr(""), description="Neo4j 密码（内嵌时自动生成，无需填写）")
    neo4j_database: str = Field("neo4j", description="Neo4j 数据库名")
    neo4j_jars: str = Field("", description="内嵌 Neo4j 运行库（jar）所在文件夹，用于不能联网的机器")
    maven_url: str = Field("", description="下载内嵌 Neo4j 运行库的 Maven 镜像地址")
    data_dir: Path = Field(default_factory=default_data_dir, description="数据目录：内嵌存储、快照、日志")
    profile_dir: str = Field("", description="自有治理方案所在文件夹，文件名为 <区划>.toml")
    district: str = Field("", description="默认区划；未指定且只载入一个区划时取该区划")
    unit_name: str = Field("", description="制图单位与落款")
    font_dir: str = Field("", description="字体文件夹；找不到的字体用随附字体代替")
    dot: str = Field("", description="系统 Graphviz 的 dot 程序；空为随附的 Graphviz")
    heap: Memory = Field("1g", description="内嵌 Neo4j 的堆内存")
    page_cache: Memory = Field("256m", description="内嵌 Neo4j 的页缓存")
    java_home: str = Field("", description="内嵌 Neo4j 使用的 Java 21 目录；空为随附的 Java（不看系统的 JAVA_HOME）")
    timezone: str = Field("Asia/Shanghai", description="时区，决定“今天”是哪一天")
    host: str = Field("127.0.0.1", description="服务监听地址；没有密钥也没有统一身份认证时只能是本机地址")
    port: int = Field(8000, ge=1, le=65535, description="服务端口")
    workers: int = Field(1, ge=1, le=64, description="服务进程数")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="日志级别")
    cors: str = Field("", description="允许跨域访问的来源，逗号分隔；空为不允许")
    query: Literal["auto", "on", "off"] = Field(
        "auto", description="自由 Cypher 查询：auto 为内嵌 Neo4j 开放、服务器不开放；on 开放；off 不开放"
    )
    rate: int = Field(12000, ge=1, description="每个调用者每分钟可算出多少个新应答（已备好的应答另计，可多十倍）")
    oidc_issuer: str = Field("", description="统一身份认证（OIDC）的签发者地址")
    oidc_audience: str = Field("", description="OIDC 令牌的受众")
    oidc_jwks: str = Field("", description="OIDC 公钥（JWKS）的地址或文件")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("不认识的时区，例如 Asia/Shanghai") from None
        return value

    @field_validator("neo4j_uri")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        schemes = ("bolt://", "bolt+s://", "bolt+ssc://", "neo4j://", "neo4j+s://", "neo4j+ssc://")
        if value and not value.startswith(schemes):
            raise ValueError(f"地址须以 {'、'.join(schemes)} 之一开头")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `read_settings` has merged: it keeps the order and remembers each value's source."""
        return (init_settings,)

    @property
    def profiles(self) -> Path | None:
        """The user's folder of profiles, None if there is none."""
        return Path(self.profile_dir).expanduser() if self.profile_dir else None

    @property
    def embedded_home(self) -> Path:
        """Folder of the embedded store."""
        return self.data_dir / "neo4j"

    @property
    def snapshot_folder(self) -> Path:
        """Folder of the mapped Snapshots."""
        return self.data_dir / "snapshots"


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting as `partygraph settings` shows it: secrets are masked."""

    name: str
    value: str
    source: str
    meaning: str


def read_settings(flags: Mapping[str, Any] | None = None, cwd: Path | None = None) -> tuple[Settings, dict[str, str]]:
    """The settings in force and the source of each (field name → Chinese name of the source).

    Args:
        flags: field name → value given on the command line; None values are not given.
        cwd: the folder whose `partygraph.toml` counts; the current one by default.

    Raises `InputError` naming the setting, its source and what is allowed.
    """
    here = _from_file((cwd or Path.cwd()) / FILE, f"./{FILE}")
    environment = {k: (f"环境变量 {PREFIX}{k.upper()}", v) for k, v in _from_environment().items()}
    given = {k: ("命令行", v) for k, v in (flags or {}).items() if v is not None}
    near = here | environment | given
    data_dir = Path(str(near["data_dir"][1])).expanduser() if "data_dir" in near else default_data_dir()
    merged = _from_file(data_dir / FILE, f"DATA_DIR/{FILE}") | near
    merged["data_dir"] = (near["data_dir"][0] if "data_dir" in near else "默认", data_dir.absolute())
    try:
        settings = Settings(**{k: v for k, (_, v) in merged.items()})
    except ValidationError as e:
        raise _refused(e, {k: source for k, (source, _) in merged.items()}) from None
    return settings, {k: merged[k][0] if k in merged else "默认" for k in Settings.model_fields}


def explain(settings: Settings, sources: Mapping[str, str]) -> list[Explained]:
    """Every setting with value, source and meaning."""
    shown = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        text = ("******" if value.get_secret_value() else "") if isinstance(value, SecretStr) else str(value)
        shown.append(Explained(name.upper(), text, sources[name], field.description or ""))
    return shown


def _from_environment() -> dict[str, Any]:
    """What the environment sets; an empty number counts as not given, an empty text as empty."""
    found = EnvSettingsSource(Settings, env_prefix=PREFIX)()
    return {k: v for k, v in found.items() if k in Settings.model_fields and (v != "" or _is_text(k))}


def _is_text(name: str) -> bool:
    return Settings.model_fields[name].annotation in (str, SecretStr)


def _from_file(path: Path, source: str) -> dict[str, tuple[str, Any]]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise InputError(
            f"配置文件 {source} 读不出来。", "请检查它的权限，并保存为 UTF-8。", code="settings-invalid"
        ) from None
    except tomllib.TOMLDecodeError as e:
        raise InputError(*not_toml(e, f"配置文件 {source}"), code="settings-invalid") from None
    known = Settings.model_fields
    lowered = {k.lower(): v for k, v in raw.items()}
    for key in lowered:
        if key not in known or (key == "data_dir" and source.startswith("DATA_DIR")):
            near = difflib.get_close_matches(key, known, 1)
            hint = f"是否应为 {near[0].upper()}？" if near and near[0] != key else "请删去这一行。"
            raise InputError(
                f"配置文件 {source} 中有不认识的设置 {key.upper()}。",
                f"{hint}全部设置见 partygraph settings。",
                code="settings-invalid",
            )
    return {k: (source, v) for k, v in lowered.items()}


def _refused(error: ValidationError, sources: Mapping[str, str]) -> InputError:
    items = []
    for fault in error.errors(include_url=False, include_input=False):
        name = str(fault["loc"][0])
        context = fault.get("ctx", {})
        allowed = _BOUNDS.get(name) or str(context.get("error") or "")
        where = sources.get(name, "默认")
        detail = f"设置 {name.upper()}（来自{where}）的值不合要求。"
        items.append(
            {
                "code": "settings-invalid",
                "detail": detail,
                "remedy": f"可用的值：{allowed}。" if allowed else f"请改正{where}。",
                "parameter": name.upper(),
            }
        )
    return InputError(items[0]["detail"], items[0]["remedy"], code="settings-invalid", items=items)


_BOUNDS = {
    "log_level": "debug、info、warning、error",
    "port": "1 到 65535 的整数",
    "workers": "1 到 64 的整数",
    "query": "auto、on、off",
    "rate": "不小于 1 的整数",
    "heap": "数字加单位，如 512m、1g",
    "page_cache": "数字加单位，如 256m、1g",
}
