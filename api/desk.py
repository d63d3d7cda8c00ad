"""The desk: one open store, the profiles and the mapped Snapshots behind every question of the CLI and the API."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from api.opening import Opened
from api.settings import Settings
from api.snapshots import SMALL, Shelf, ensure
from graph.errors import NotFoundError, ParameterError, UnavailableError
from graph.profile import Profile, load_profile, profile_paths
from graph.snapshot import Snapshot
from graph.store import districts, manifest
from graph.store.districts import District
from graph.store.findings import serial
from graph.view import View, view

VIEWS_KEPT = 24
WAIT_SECONDS = 5.0


class Desk:
    """Answers questions about one store.

    `scope` is None for a caller who may see the whole district, else ids of the subtrees a caller is bound to.
    """

    def __init__(self, settings: Settings, opened: Opened) -> None:
        self.settings = settings
        self.store = opened.store
        self.address = opened.address
        self.embedded = opened.embedded
        self.wait_for_build = True
        """Whether a question waits for a large new Snapshot; not where a watch has it built meanwhile."""
        self.pinned: int | None = None
        """The revision that another process answers from, which this one follows."""
        self._store_id = ""
        self._snapshots: dict[str, Snapshot] = {}
        self._views: OrderedDict[tuple[object, ...], View] = OrderedDict()
        self._profiles: dict[str, tuple[str, Profile]] = {}
        self._lock = threading.Lock()

    def today(self) -> dt.date:
        """Today in the TIMEZONE of the settings."""
        return dt.datetime.now(ZoneInfo(self.settings.timezone)).date()

    def loaded(self) -> dict[str, District]:
        """The districts in the store, as it says now."""
        return {d.id: d for d in districts.listed(self.store)}

    def shelf(self) -> Shelf:
        """Where this store's Snapshots lie."""
        if not self._store_id:
            self._store_id = manifest.require(self.store).store
        return Shelf(self._store_id, self.address, self.settings.snapshot_folder)

    def profile(self, district: str) -> tuple[str, Profile]:
        """Digest and governance profile of a district; a changed file is read again."""
        digest = self._digest(district)
        kept = self._profiles.get(district)
        if kept is None or kept[0] != digest:
            kept = self._profiles[district] = (digest, load_profile(district, self.settings.profiles))
        return kept

    def stamps(self) -> dict[str, tuple[object, ...]]:
        """By district what an answer depends on besides the query: another stamp, another answer."""
        loaded = self.loaded()
        return {d: self.stamp(d, self._served(held), loaded, serial(held)) for d, held in loaded.items()}

    def _served(self, held: District) -> int:
        """The revision of a district that is answered from: the newest, or an older one while a large one is built."""
        if self.pinned is not None:
            return min(self.pinned, held.revision)
        kept = self._snapshots.get(held.id)
        if kept is None or self.wait_for_build or held.nodes <= SMALL:
            return held.revision
        return min(kept.revision, held.revision)

    def behind(self) -> list[str]:
        """Districts whose kept Snapshot is older than the store and too large to be built in passing."""
        return [d for d, held in self.loaded().items() if self._served(held) < held.revision]

    def catch_up(self, district: str) -> None:
        """Build the Snapshot of the newest revision and swap it in."""
        held = self.loaded().get(district)
        if held is not None:
            self._snapshots[district] = ensure(self.store, self.shelf(), district, held.revision, held.nodes)

    def stamp(self, district: str, revision: int, loaded: Iterable[str], findings: int = 0) -> tuple[object, ...]:
        """Store, revision, serial of findings' states, profile, day, and the districts there are (one is implied)."""
        day = self.today().isoformat()
        return (self.shelf().store_id, district, revision, findings, self._digest(district), day, tuple(sorted(loaded)))

    def _digest(self, district: str) -> str:
        path = profile_paths(self.settings.profiles).get(district)
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path else ""

    def choose(self, asked: str | None, ids: Sequence[str], loaded: Sequence[str]) -> str:
        """The district that a question is about: the one asked for, that of the ids, the default, the only one.

        Raises `NotFoundError` for one that is not loaded and `ParameterError` listing the loaded ones otherwise.
        """
        implied = {i.partition(".")[0] for i in ids} & set(loaded)
        names = [asked] if asked else sorted(implied) or ([self.settings.district] if self.settings.district else [])
        listed = "、".join(sorted(loaded)) or "（尚未载入任何区划）"
        if len(names) > 1 or (asked and implied - {asked}):
            raise ParameterError("给出的标识分属不同区划。", "一次只能问一个区划。", code="districts-mixed")
        if names:
            if names[0] not in loaded:
                raise NotFoundError(
                    "这个区划没有载入。", f"已载入：{listed}；载入用 partygraph load。", code="unknown-district"
                )
            return names[0]
        if not loaded:
            raise NotFoundError(
                "存储中还没有任何区划。",
                "请先运行 partygraph load fuxing 或 partygraph import。",
                code="nothing-loaded",
            )
        if len(loaded) > 1:
            raise ParameterError(
                "载入了多个区划，没有说明要看哪一个。", f"请用 district 指定，可选：{listed}。", code="district-missing"
            )
        return next(iter(loaded))

    def snapshot(
        self, district: str, revision: int | None = None, loaded: Mapping[str, District] | None = None
    ) -> Snapshot:
        """The Snapshot of the current revision; with `revision`, waits up to 5 s until it is reached.

        A large one that is being built is not waited for unless its `revision` is asked for.

        Args:
            loaded: what the store said a moment ago: each question to it costs as much as a short analysis.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            now = (self.loaded() if loaded is None else loaded).get(district)
            if now is None:
                raise NotFoundError("这个区划没有载入。", "载入用 partygraph load。", code="unknown-district")
            if revision is None or self._served(now) >= revision:
                break
            if time.monotonic() > deadline:
                raise UnavailableError(
                    "等待的修订还没有写入。", "请稍后重试，或查看导入任务的状态。", code="revision-late"
                )
            time.sleep(0.1)
            loaded = None
        kept = self._snapshots.get(district)
        if kept is None or kept.revision < self._served(now):
            kept = ensure(self.store, self.shelf(), district, self._served(now), now.nodes)
            self._snapshots[district] = kept
        return kept

    def view(
        self,
        district: str,
        as_of: dt.date | None = None,
        scope: tuple[str, ...] | None = None,
        revision: int | None = None,
    ) -> View:
        """The view of a district on a day within a scope; views are kept, since they hold derived arrays."""
        return self.view_of(self.snapshot(district, revision), as_of, scope)

    def view_of(self, snapshot: Snapshot, as_of: dt.date | None, scope: tuple[str, ...] | None) -> View:
        """The view of a Snapshot: several views of one question are made of the same one."""
        district = snapshot.district
        digest, profile = self.profile(district)
        day = as_of or self.today()
        key = (district, snapshot.revision, digest, day, scope)
        with self._lock:
            found = self._views.get(key)
            if found is not None:
                self._views.move_to_end(key)
                return found
        made = view(snapshot, profile, day, scope)
        with self._lock:
            for old in [k for k in self._views if k[0] == district and k[1] != snapshot.revision]:
                del self._views[old]
            self._views[key] = made
            while len(self._views) > VIEWS_KEPT:
                self._views.popitem(last=False)
        return made
