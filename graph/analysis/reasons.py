"""Why influence runs along a relation, in one Chinese sentence, and the names of relations and channels in requests."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graph.errors import ParameterError
from graph.model import RELATION_TYPES
from graph.profile import Profile

CHANNELS = {"leadership": "领导链", "pairing": "共建", "alliance": "联席"}

_TEXTS = {
    ("SUBORDINATE_TO", True): "上级党组织领导下级党组织",
    ("SUBORDINATE_TO", False): "下级党组织向上级党组织负责",
    ("GUIDED_BY", True): "业务指导单位指导被指导的党组织",
    ("GUIDED_BY", False): "被指导的党组织联系业务指导单位",
    ("BELONGS_TO", False): "单位党组织在本单位发挥作用",
    ("BELONGS_TO", True): "单位通过本单位党组织发挥作用",
    ("COVERS", False): "党组织覆盖该区域或单位",
    ("COVERS", True): "区域或单位由覆盖它的党组织代表",
    ("BACKSTOPS", False): "党组织兜底管理该单位",
    ("ADVISES", False): "党建指导员或群团组织指导该单位",
    ("PAIRED_WITH", False): "党组织与单位结对共建",
    ("PAIRED_WITH", True): "单位与党组织结对共建",
    ("MEMBER_OF", False): "成员参加联盟",
    ("MEMBER_OF", True): "联盟联系其成员",
    ("CONVENED_IN", False): "联盟在该区域议事",
    ("CONVENED_IN", True): "区域由所属联盟议事",
    ("FEDERATES", False): "下级联盟参加上级联盟",
    ("FEDERATES", True): "上级联盟联系下级联盟",
    ("REPORTED_TO", False): "党组织或党员到该处报到",
    ("REPORTED_TO", True): "接受报到的一方联系报到的党组织",
    ("PART_OF", True): "上级区域包含该区域",
    ("PART_OF", False): "该区域属于上级区域",
    ("ASSIGNED_TO", False): "下沉包联该区域",
    ("LOCATED_IN", False): "单位驻在该区域",
    ("LOCATED_IN", True): "区域内有驻区单位",
    ("ASSESSED_BY", True): "考评方考评被考评方",
}


def reason(type_: str, backward: bool, dormant: bool, factor: float) -> dict[str, str]:
    """Code and Chinese text of a hop; a dormant tie says so and by how much it is discounted (本地设定)."""
    zh = RELATION_TYPES[type_].zh
    text = _TEXTS.get((type_, backward), f"经“{zh}”关系{'逆向' if backward else '顺向'}联系")
    code = f"{type_.lower().replace('_', '-')}-{'backward' if backward else 'forward'}"
    if dormant:
        return {"code": f"{code}-dormant", "text": f"{text}（长期无活动，按本地设定折减为{factor:g}倍）"}
    return {"code": code, "text": text}


def walked(profile: Profile) -> list[str]:
    """Relation types that the profile gives a weight above 0, in its order."""
    return [t for t, w in profile.influence.weights.items() if w.forward > 0 or w.backward > 0]


def relations_named(profile: Profile, names: Sequence[str], parameter: str) -> set[str]:
    """Relation types by English or Chinese name or by channel; `ParameterError` lists the allowed ones."""
    weights = profile.influence.weights
    found: set[str] = set()
    for name in names:
        channel = {t for t in walked(profile) if name in (weights[t].channel, CHANNELS[weights[t].channel])}
        typed = {t for t in walked(profile) if name in (t, RELATION_TYPES[t].zh)}
        if not channel | typed:
            known = "、".join(f"{t}（{RELATION_TYPES[t].zh}）" for t in walked(profile))
            channels = "、".join(f"{k}（{v}）" for k, v in CHANNELS.items())
            raise ParameterError(
                f"参数 {parameter} 中有治理方案不走的关系。", f"可用的关系：{known}；或通道：{channels}。"
            )
        found |= channel | typed
    return found


def channel(profile: Profile, types: Collection[str]) -> str:
    """The channel of a path by its relation types: leadership, pairing, alliance, or mixed."""
    channels = {profile.influence.weights[t].channel for t in types}
    return channels.pop() if len(channels) == 1 else "mixed"


def weights_shown(profile: Profile) -> dict[str, object]:
    """The profile's weights as every answer names them: 本地设定."""
    return {
        "basis": "本地设定",
        "dormant_factor": profile.influence.dormant_factor,
        "relations": {
            t: {"forward": w.forward, "backward": w.backward, "channel": w.channel}
            for t, w in profile.influence.weights.items()
        },
    }
