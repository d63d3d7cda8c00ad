"""The walked network: costs that do not depend on order, and what falls off as trees and dead ends."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.network import CORE, cost_of, network, ranks, strength_of
from graph.analysis.routes import part
from tests.analysis.districts import view_of
from tests.analysis.walks import walking_profile

Pairs = list[tuple[int, int]]
EDGES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda e: e[0] != e[1]), max_size=25)


def _ranks(edges: Pairs, n: int = 9) -> Sequence[int]:
    source, target = (np.array([e[i] for e in edges], np.int32) for i in (0, 1))
    found: Sequence[int] = ranks(n, source, target).tolist()
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0.3, 0.5, 0.6, 0.8, 0.9, 1.0]), min_size=1, max_size=12))
def test_cost_is_independent_of_order_and_equal_products_tie_by_hops(weights: list[float]) -> None:
    cost = cost_of(np.array(weights))
    assert cost.sum() == cost[::-1].sum() == np.cumsum(cost)[-1]
    assert np.isclose(strength_of(cost.sum(), np.array(len(weights))), np.prod(weights))
    assert np.allclose(cost, np.rint(cost))


def test_equal_strength_over_fewer_hops_is_cheaper() -> None:
    direct, around = cost_of(np.array([0.5 * 0.6])).sum(), cost_of(np.array([0.5, 0.6, 1.0])).sum()
    assert float(Fraction("0.5") * Fraction("0.6")) == 0.3
    assert direct < around < cost_of(np.array([0.2999])).sum()


def test_trees_and_dead_ends_fall_off_and_a_ring_stays() -> None:
    ring: Pairs = [(0, 1), (1, 2), (2, 0)]
    tree: Pairs = [(2, 3), (3, 2), (3, 4), (4, 3), (5, 0)]
    found = _ranks(ring + tree, 6)
    assert [r == CORE for r in found] == [True, True, True, False, False, False]
    assert found[4] < found[3]
    assert all(r < CORE for r in _ranks([(0, 1), (1, 2)], 3))


@settings(max_examples=60, deadline=None)
@given(EDGES)
def test_no_node_inside_a_simple_path_is_a_local_minimum(edges: Pairs) -> None:
    found = _ranks(edges)
    graph = nx.DiGraph(edges)
    for start, end in itertools.permutations(list(graph)[:4], 2):
        for path in itertools.islice(nx.all_simple_paths(graph, start, end), 200):
            for a, b, c in zip(path, path[1:], path[2:], strict=False):
                assert found[b] > min(found[a], found[c]) or found[b] == CORE


@settings(max_examples=20, deadline=None)
@given(EDGES)
def test_the_part_holds_every_simple_path(edges: Pairs) -> None:
    orgs = [f"o{i}" for i in range(9)]
    relations = {"GUIDED_BY": [{"from": orgs[b], "to": orgs[a]} for a, b in set(edges)]}
    view = view_of({"Organization": [{"id": o} for o in orgs]}, relations, with_profile=walking_profile())
    net = network(view)
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(range(9))
    for start, end in ((0, 1), (3, 7), (8, 2)):
        layers = part(net, start, end, range(len(net.types)), ())
        wanted = {(a, b) for p in nx.all_simple_paths(graph, start, end) for a, b in itertools.pairwise(p)}
        hops = set(zip(net.source[layers.hop].tolist(), net.target[layers.hop].tolist(), strict=True))
        assert wanted <= hops
