"""A graph of who met whom, laid out so that it can be read: as many people as find room, in the same places each time."""

import math
from collections.abc import Sequence
from typing import Any

import numpy

WIDTH = 960
# What a circle with its name takes.
ROOM = (118, 58)
_ROUNDS = 250


def height(count: int) -> int:
    """How tall a picture of so many people is; it is always ``WIDTH`` wide."""
    return min(680, 200 + 14 * count)


def layout(nodes: Sequence[str], edges: Sequence[tuple[str, str, int]]) -> dict[str, tuple[float, float]]:
    """A point for each node (Fruchterman and Reingold, 1991); equal graphs get equal points.

    ``edges`` names two nodes and how strong they are bound.
    """
    count = len(nodes)
    if count < 2:
        return dict.fromkeys(nodes, (WIDTH / 2, height(count) / 2))
    index = {node: number for number, node in enumerate(nodes)}
    turns = numpy.arange(count) * 2.399963  # the golden angle: no two begin at one place
    points = numpy.stack([numpy.cos(turns), numpy.sin(turns)], axis=1) * numpy.sqrt(numpy.arange(count) + 1)[:, None]
    bound = numpy.zeros((count, count))
    for one, other, strength in edges:
        bound[index[one], index[other]] = bound[index[other], index[one]] = 1 + math.log(strength)
    ideal = 1.0
    for step in range(_ROUNDS):
        apart = points[:, None, :] - points[None, :, :]
        distance = numpy.maximum(numpy.linalg.norm(apart, axis=2), 0.01)
        push = ideal**2 / distance**2
        pull = bound * distance / ideal
        force = (apart * (push - pull)[:, :, None]).sum(axis=1) - 0.3 * points
        length = numpy.maximum(numpy.linalg.norm(force, axis=1), 1e-9)[:, None]
        points += force / length * numpy.minimum(length, 0.6 * (1 - step / _ROUNDS))
    low, high = points.min(axis=0), points.max(axis=0)
    room = numpy.array([WIDTH - 220, height(count) - 90])
    placed = (points - low) / numpy.maximum(high - low, 1e-9) * room + numpy.array([110, 45])
    placed = _with_room(placed)
    return {node: (round(float(x), 1), round(float(y), 1)) for node, (x, y) in zip(nodes, placed, strict=True)}


def _with_room(points: Any) -> Any:
    """``points`` moved apart until a name finds room below each, as far as the picture holds them all."""
    room = numpy.array(ROOM)
    for _ in range(120):
        apart = (points[:, None, :] - points[None, :, :]) / room
        distance = numpy.linalg.norm(apart, axis=2) + numpy.eye(len(points)) * 9
        near = distance < 1
        if not near.any():
            break
        apart = numpy.where(distance[:, :, None] > 1e-6, apart, 1e-3)
        push = numpy.where(near[:, :, None], apart / numpy.maximum(distance, 1e-6)[:, :, None], 0).sum(axis=1)
        points = numpy.clip(points + 0.15 * push * room, (70, 24), (WIDTH - 70, height(len(points)) - 44))
    return points


def drawn(people: Sequence[dict[str, Any]], edges: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a template draws: people with point and radius, and lines between those who met, as thick as they met often."""
    ids = [person["actor_id"] for person in people]
    at = layout(ids, [(edge["one"], edge["other"], edge["meetings"]) for edge in edges])
    degree = dict.fromkeys(ids, 0)
    for edge in edges:
        degree[edge["one"]] += edge["meetings"]
        degree[edge["other"]] += edge["meetings"]
    most = max(degree.values(), default=1) or 1
    lines = [
        {"from": at[edge["one"]], "to": at[edge["other"]], "width": round(min(6, 1 + math.log2(edge["meetings"])), 1)}
        | {name: edge[name] for name in ("one", "other", "meetings")}
        for edge in edges
    ]
    circles = [
        {**person, "x": at[person["actor_id"]][0], "y": at[person["actor_id"]][1]}
        | {"radius": round(5 + 13 * math.sqrt(degree[person["actor_id"]] / most), 1)}
        for person in people
    ]
    return {"lines": lines, "circles": circles, "width": WIDTH, "height": height(len(people))}
