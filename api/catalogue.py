"""What there is to ask about: districts, published and loaded, and their governance profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.caller import LOCAL, Caller
from api.desk import Desk
from graph.analysis.answer import Row
from graph.errors import PartygraphError
from graph.profile import load_profile, profile_paths
from loaders.districts import published


def district_rows(desk: Desk, caller: Caller = LOCAL) -> list[Row]:
    """Every district that is loaded or can be loaded: id, name, whether its data is published, revision, counts.

    A caller with a scope learns of its own districts only, and not how large they are.
    """
    loaded = desk.loaded()
    own = caller.districts(loaded)
    known = [d for d in dict.fromkeys([*published(), *loaded]) if caller.scope is None or d in own]
    rows = []
    for district in known:
        held = loaded.get(district)
        rows.append(
            {
                "district": district,
                "name": _name(desk, district),
                "published": district in published(),
                "profile": district in profile_paths(desk.settings.profiles),
                "loaded": held is not None,
                "revision": held.revision if held else None,
                "nodes": held.nodes if held and caller.scope is None else None,
                "relations": held.relations if held and caller.scope is None else None,
            }
        )
    return rows


def profile_rows(folder: Path | None) -> list[Row]:
    """Every governance profile: id, name, lines, rules, or what is wrong with one of the user's own `folder`."""
    own = set(folder.glob("*.toml")) if folder else set()
    rows: list[Row] = []
    for district, path in profile_paths(folder).items():
        row: dict[str, Any] = {"id": district, "own": path in own, "name": None, "fault": None}
        try:
            profile = load_profile(district, folder)
            row |= {
                "name": profile.full_name,
                "level": profile.level,
                "lines": [line.name for line in profile.lines],
                "rules": [{"id": r.id, "name": r.name} for r in profile.coverage],
            }
        except PartygraphError as e:
            row["fault"] = e.detail
        rows.append(row)
    return rows


def _name(desk: Desk, district: str) -> str | None:
    """The name of a district by its profile; None for one whose profile is missing or wrong."""
    try:
        return desk.profile(district)[1].full_name
    except PartygraphError:
        return None
