"""Boxes as AWS describes that it groups them, in plain Python, and how well boxes fit each other."""

from ground_truth.consolidation.box_table import BoxAnswer

Corners = list[list[float]]


def greedy_boxes(answers: list[BoxAnswer]) -> dict[str, Corners]:
    """The documented method in plain Python: most similar pairs of IoU .5 first, then means."""
    by_image: dict[str, list[BoxAnswer]] = {}
    for answer in answers:
        by_image.setdefault(answer.object_id, []).append(answer)
    merged = {}
    for name, people in by_image.items():
        drawn = [
            (number, [left, top, left + width, top + height])
            for number, answer in enumerate(people)
            for _, left, top, width, height in answer.boxes
        ]
        pairs = []
        for i, (worker, box) in enumerate(drawn):
            for j in range(i + 1, len(drawn)):
                if drawn[j][0] != worker:
                    overlap = pair_iou(box, drawn[j][1])
                    if overlap >= 0.5:
                        pairs.append((overlap, i, j))
        group_of = [[i] for i in range(len(drawn))]
        for _, i, j in sorted(pairs, reverse=True):
            group, added = group_of[i], group_of[j]
            workers = {drawn[k][0] for k in group} & {drawn[k][0] for k in added}
            if group is not added and not workers:
                group.extend(added)
                for k in added:
                    group_of[k] = group
        groups = {id(group): group for group in group_of}.values()
        merged[name] = [
            [sum(drawn[k][1][edge] for k in group) / len(group) for edge in range(4)]
            for group in groups
            if len(group) > len(people) / 2
        ]
    return merged


def pair_iou(a: list[float], b: list[float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return both / (areas - both)


def match(boxes: Corners, truth: Corners, limit: float) -> list[float]:
    pairs = sorted(
        ((pair_iou(b, t), i, j) for i, b in enumerate(boxes) for j, t in enumerate(truth)),
        reverse=True,
    )
    used_boxes: set[int] = set()
    used_truth: set[int] = set()
    values = []
    for value, i, j in pairs:
        if value >= limit and i not in used_boxes and j not in used_truth:
            used_boxes.add(i)
            used_truth.add(j)
            values.append(value)
    return values
