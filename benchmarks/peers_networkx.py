"""networkx: the tree as a DiGraph; numpy where it scores, loops where it walks."""

from __future__ import annotations

import networkx as nx
import numpy as np
from job import Job, in_input_order
from levels import Levels
from organisation import Organisation

NAME = "networkx"
REASONS = {"update_one": "its walk is the dict walk of plain Python, with more look-ups"}


def build(case: Organisation) -> Job:
    """Nodes, edges, and one breadth-first walk for depths and cycles."""

    def run(ids: list[str], parents: list[str | None]) -> tuple[list[int], list[int]]:
        graph = nx.DiGraph()
        graph.add_nodes_from(ids)
        if len(graph) < len(ids):
            raise ValueError("duplicate ids")
        pairs = zip(parents, ids, strict=True)
        graph.add_edges_from((parent, node) for parent, node in pairs if parent is not None)
        if len(graph) > len(ids):
            raise ValueError("unknown parents")
        root = ids[parents.index(None)]
        depth = nx.single_source_shortest_path_length(graph, root)
        if len(depth) < len(ids):
            raise ValueError("cycles")
        row = {node: i for i, node in enumerate(ids)}
        parent = [row[above] if above is not None else -1 for above in parents]
        return parent, [depth[node] for node in ids]

    return Job(run, np.array, case.lists)


def _walk(case: Organisation) -> tuple[nx.DiGraph, list[int]]:
    """The graph, nodes numbered level by level, and its nodes parents first."""
    levels = Levels.of(case)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(case)))
    graph.add_edges_from(zip(levels.parent[1:].tolist(), range(1, len(case)), strict=True))
    return graph, list(nx.topological_sort(graph))


def _sum_up(graph: nx.DiGraph, order: list[int], values: np.ndarray) -> np.ndarray:
    """Add each row to its parent's, children first."""
    rows = list(values.copy())
    pred = graph.pred
    for node in reversed(order):
        for above in pred[node]:
            rows[above] += rows[node]
    return np.array(rows)


def roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    graph, order = _walk(case)
    values = case.values[levels.order]

    def run() -> np.ndarray:
        return _sum_up(graph, order, np.where(np.isnan(values), 0.0, values))

    return Job(run, lambda result: in_input_order(levels.order, result))


def score_roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    graph, order = _walk(case)
    actual, target = case.actual[:, levels.order], case.target[:, levels.order]

    def run() -> np.ndarray:
        points = np.clip(actual / target, 0.0, 1.2) * 100.0
        missing = np.isnan(points)
        points[missing] = 0.0
        with np.errstate(invalid="ignore"):
            total = (case.weights @ points) / (case.weights @ ~missing)
        there = ~np.isnan(total)
        pair = np.column_stack([np.where(there, total, 0.0), there])
        weighted, count = _sum_up(graph, order, pair).T
        with np.errstate(invalid="ignore"):
            return weighted / count

    return Job(run, lambda result: in_input_order(levels.order, result))


def cascade_lots(case: Organisation) -> Job:
    """Python integers, manager by manager."""
    levels = Levels.of(case)
    graph, order = _walk(case)
    drivers = [column.tolist() for column in case.drivers[:, levels.order]]
    succ, pred = graph.succ, graph.pred

    def run() -> list[list[int]]:
        out = []
        for goal, driver in zip(case.goals.tolist(), drivers, strict=True):
            weight = driver.copy()
            for node in reversed(order):
                for above in pred[node]:
                    weight[above] += weight[node]
            lots = [0] * len(weight)
            lots[order[0]] = goal
            for node in order:
                team = list(succ[node])
                products = [lots[node] * weight[child] for child in team]
                whole = weight[node]
                left = lots[node]
                for child, product in zip(team, products, strict=True):
                    lots[child] = product // whole
                    left -= lots[child]
                if left:
                    keyed = sorted(zip((-(p % whole) for p in products), team, strict=True))
                    for _, child in keyed[:left]:
                        lots[child] += 1
            out.append(lots)
        return out

    return Job(run, lambda result: in_input_order(levels.order, np.array(result).T).T)
