"""The one door to Neo4j: connect, run managed transactions, and say in Chinese what is wrong with the server.

The only importer of the driver. Reads run in READ mode, every transaction has a timeout, and no driver error leaves.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j
from neo4j import exceptions as trouble

from graph.errors import InputError, PartygraphError, UnavailableError

T = TypeVar("T")
Run = Callable[..., list[list[Any]]]

OLDEST = (5, 26)
SCHEMES = tuple(f"{name}{tls}://" for name in ("bolt", "neo4j") for tls in ("", "+s", "+ssc"))
READ_SECONDS = 120.0
WRITE_SECONDS = 120.0
CONNECT_SECONDS = 5.0
# A server that has just started compiles its first statement for seconds, on a busy machine for many.
FIRST_STATEMENT_SECONDS = 60.0
RETRY_SECONDS = 15.0


class Store:
    """An open connection to one Neo4j database; `connect` makes it, a `with` block or `close` ends it."""

    def __init__(self, driver: neo4j.Driver, database: str) -> None:
        self._driver = driver
        self._database = database
        self._pinging: tuple[threading.Thread, list[PartygraphError | None]] | None = None

    def read(self, statement: str, *, timeout: float = READ_SECONDS, **parameters: Any) -> list[list[Any]]:
        """Run one statement in READ mode and return its records as lists. Writes in it are refused by the server."""
        return self.stream(statement, list, timeout=timeout, **parameters)

    def stream(
        self, statement: str, each: Callable[[tuple[Any, ...]], T], *, timeout: float = READ_SECONDS, **parameters: Any
    ) -> list[T]:
        """Run one statement in READ mode and return `each` of its records, made as they arrive."""

        @neo4j.unit_of_work(timeout=timeout)
        def work(tx: neo4j.ManagedTransaction) -> list[T]:
            return [each(tuple(record)) for record in tx.run(statement, parameters)]

        with _told(), self._session(neo4j.READ_ACCESS) as session:
            return session.execute_read(work)

    def write(self, work: Callable[[Run], T], *, timeout: float = WRITE_SECONDS) -> T:
        """Run `work` in one write transaction; it gets a function that runs a statement and returns its records.

        Any error in `work` rolls back. After a passing trouble (a deadlock, a new leader) it is run again, so it must
        have no other effects; trouble for want of memory is not tried again.
        """

        @neo4j.unit_of_work(timeout=timeout)
        def unit(tx: neo4j.ManagedTransaction) -> T:
            def run(statement: str, **parameters: Any) -> list[list[Any]]:
                return [list(record) for record in tx.run(statement, parameters)]

            try:
                return work(run)
            except trouble.TransientError as error:
                if "Memory" in (error.code or ""):
                    raise _told_of(error) from error
                raise

        with _told(), self._session(neo4j.WRITE_ACCESS) as session:
            return session.execute_write(unit)

    def run(self, statement: str, *, timeout: float = WRITE_SECONDS, **parameters: Any) -> list[list[Any]]:
        """Run one statement in a write transaction of its own and return its records as lists."""
        return self.write(lambda run: run(statement, **parameters), timeout=timeout)

    def ping(self, timeout: float = 2.0) -> None:
        """Answer a real query within `timeout` seconds or raise `UnavailableError`, even if the server hangs.

        While one question hangs, later callers wait for its answer instead of holding further connections.
        """
        pinging = self._pinging
        if pinging is None or not pinging[0].is_alive():
            pinging = self._pinging = self._ping(timeout)
        thread, outcome = pinging
        thread.join(timeout)
        if not outcome:
            raise UnavailableError(f"图数据库在{timeout:g}秒内没有应答。", "请稍后重试，或检查数据库的负载。")
        if outcome[0] is not None:
            raise outcome[0]

    @contextmanager
    def asking(
        self,
        statement: str,
        parameters: Mapping[str, Any],
        judge: Callable[[str, Mapping[str, Any]], None],
        **limits: Any,
    ) -> Iterator[tuple[list[str], Iterator[tuple[Any, ...]]]]:
        """A user's own statement in a READ transaction that never commits: its columns, and its records as they come.

        Args:
            judge: gets query type and plan of its EXPLAIN, and raises if it may not run.
            limits: `timeout` in seconds and `metadata`, by which the transaction is found again.

        Raises `InputError` query-invalid for what the server cannot read; none of its words are told.
        """
        with _told_to_user(), self._session(neo4j.READ_ACCESS) as session:
            with _never_committed(session, limits) as transaction:
                found = transaction.run(f"EXPLAIN {statement}", dict(parameters)).consume()
                judge(str(found.query_type), found.plan or {})
            with _never_committed(session, limits) as transaction:
                result = transaction.run(statement, dict(parameters))
                yield list(result.keys()), (tuple(record) for record in result)

    def refuses_writes(self) -> bool:
        """Whether the server itself refuses a write in a READ transaction; it is rolled back in any case."""
        try:
            with self._session(neo4j.READ_ACCESS) as session, _never_committed(session, {}) as probe:
                probe.run("CREATE (n:Probe) RETURN n").consume()
        except trouble.ClientError as error:
            return "AccessMode" in (error.code or "")
        except (trouble.Neo4jError, trouble.DriverError, OSError) as error:
            raise _told_of(error) from error
        return False

    def _ping(self, timeout: float) -> tuple[threading.Thread, list[PartygraphError | None]]:
        outcome: list[PartygraphError | None] = []

        def ask() -> None:
            try:
                with _told(), self._session(neo4j.READ_ACCESS) as session:
                    session.run(neo4j.Query("RETURN 1", timeout=timeout)).consume()
                outcome.append(None)
            except PartygraphError as error:
                outcome.append(error)

        thread = threading.Thread(target=ask, daemon=True, name="store-ping")
        thread.start()
        return thread, outcome

    def close(self) -> None:
        """Close all connections."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _session(self, mode: str) -> neo4j.Session:
        return self._driver.session(database=self._database, default_access_mode=mode)


def connect(uri: str, user: str, password: str, database: str = "neo4j") -> Store:
    """Open a Store.

    Args:
        uri: `bolt://`, `neo4j://` or their `+s`, `+ssc` forms.
        user, password: of the server.
        database: its name on the server.

    Raises:
        InputError: the address is none.
        UnavailableError: unreachable, wrong password, unknown database, or older than Neo4j 5.26.
    """
    try:
        if not uri.startswith(SCHEMES):
            raise ValueError("scheme")
        driver = neo4j.GraphDatabase.driver(
            uri,
            auth=(user, password),
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=2 * CONNECT_SECONDS,
            max_transaction_retry_time=RETRY_SECONDS,
            notifications_min_severity="OFF",
        )
    except (trouble.ConfigurationError, ValueError) as error:
        raise InputError(
            "图数据库的地址写法不对。",
            "请把NEO4J_URI写成bolt://主机:7687、neo4j://主机:7687或neo4j+s://主机:7687。",
            code="setting-invalid",
        ) from error
    try:
        with _told():
            agent = driver.get_server_info().agent
        check_version(agent)
        store = Store(driver, database)
        store.read("RETURN 1", timeout=FIRST_STATEMENT_SECONDS)
    except BaseException:
        driver.close()
        raise
    return store


def check_version(agent: str) -> None:
    """Refuse a server older than 5.26 by its agent text, such as `Neo4j/5.26.30` or `Neo4j/2025.06.0`."""
    found = re.search(r"/(\d+)\.(\d+)", agent)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise UnavailableError(
            f"图数据库的版本太旧或无法识别（{agent}）。", "请使用Neo4j 5.26或更新的版本。", code="store-too-old"
        )


@contextmanager
def _told() -> Iterator[None]:
    """Turn every driver error into one of ours."""
    try:
        yield
    except (trouble.Neo4jError, trouble.DriverError, OSError) as error:
        raise _told_of(error) from error


@contextmanager
def _never_committed(session: neo4j.Session, limits: Mapping[str, Any]) -> Iterator[neo4j.Transaction]:
    transaction = session.begin_transaction(**{"timeout": READ_SECONDS, **limits})
    try:
        yield transaction
    finally:
        transaction.close()


@contextmanager
def _told_to_user() -> Iterator[None]:
    """Turn what the server says of a user's own statement into one of our errors, with the place alone."""
    try:
        yield
    except trouble.ClientError as error:
        code = error.code or ""
        if "AccessMode" in code:
            raise InputError("查询语句会写入。", "只能查询。", code="query-refused") from None
        if ".Statement." not in code:
            raise _told_of(error) from None
        place = re.search(r"\(line (\d+), column (\d+)", error.message or "")
        where = f"（第{place[1]}行第{max(1, int(place[2]) - _PREFIX * (place[1] == '1'))}列）" if place else ""
        why = _STATEMENT.get(code.rpartition(".")[2], "不能执行")
        raise InputError(f"查询语句{why}{where}。", "请按 Neo4j 的 Cypher 语法改正。", code="query-invalid") from None
    except (trouble.Neo4jError, trouble.DriverError, OSError) as error:
        raise _told_of(error) from None


_PREFIX = len("EXPLAIN ")
_STATEMENT = {
    "SyntaxError": "有语法错误",
    "SemanticError": "有语法错误",
    "TypeError": "中有类型不合的值",
    "ArgumentError": "中有不合要求的值",
    "ArithmeticError": "中的计算出错",
    "EntityNotFound": "中的节点或关系已不存在",
    "ParameterMissing": "用到了没有给出的参数",
}


def _told_of(error: Exception) -> PartygraphError:
    """Our error for a driver's: by the server's status code, else by its class."""
    code = getattr(error, "code", None) or ""
    for part, name, detail, remedy in _TROUBLE:
        if part in code:
            return UnavailableError(detail, remedy, code=name)
    if isinstance(error, trouble.DriverError | OSError | trouble.TransientError):
        return UnavailableError(
            "连接不上图数据库，或连接中断。",
            "请检查NEO4J_URI所指的主机和端口、网络和防火墙，并确认Neo4j正在运行。",
            code="store-unreachable",
        )
    return PartygraphError(f"图数据库拒绝了程序的一条语句（{code}）。", "这是程序缺陷，请连同日志报告。")


_TROUBLE = (
    (
        "Security.Unauthorized",
        "store-password",
        "图数据库的用户名或密码不对。",
        "请检查NEO4J_USER和NEO4J_PASSWORD。",
    ),
    (
        "Security.AuthenticationRateLimit",
        "store-password",
        "图数据库因密码多次有误暂时拒绝登录。",
        "请等几秒，改正NEO4J_PASSWORD后重试。",
    ),
    ("Security.CredentialsExpired", "store-password", "图数据库要求先修改初始密码。", "请先修改该用户的密码。"),
    ("Security.Forbidden", "store-forbidden", "图数据库的用户没有所需的权限。", "请给该用户读写和建约束的权限。"),
    (
        "Database.DatabaseNotFound",
        "store-database",
        "图数据库服务器上没有这个名称的数据库。",
        "请检查NEO4J_DATABASE。",
    ),
    ("Database.DatabaseUnavailable", "store-database", "图数据库的这个库未启动。", "请启动该库后重试。"),
    (
        "Memory",
        "store-memory",
        "图数据库的内存不够完成这次操作，操作已撤回。",
        "请调大HEAP（自带的Neo4j）或服务器的堆内存后重试。",
    ),
    (
        "TransactionTimedOut",
        "store-timeout",
        "图数据库没有在限定时间内完成操作，操作已撤回。",
        "请稍后重试，或检查数据库的负载。",
    ),
    (
        "Transaction.TransactionLogError",
        "store-disk",
        "图数据库写不了事务日志，可能是磁盘已满。",
        "请清理数据库所在的磁盘后重启数据库。",
    ),
)
