"""Pictures with the labels drawn on them, for people to look at."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps

from ground_truth.manifests.labels import BoxesLabel

# Distinct for colour-blind people too (Okabe and Ito).
COLORS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9")


def draw_boxes(photo: bytes, label: BoxesLabel) -> Image.Image:
    """Draws a label of boxes: a frame, the class and the confidence of each box."""
    with Image.open(io.BytesIO(photo)) as opened:
        picture = opened.convert("RGB")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=max(14, picture.height // 36))
    for box in label.boxes:
        color = COLORS[box.class_id % len(COLORS)]
        corner = (box.left, box.top)
        draw.rectangle((corner, (box.left + box.width, box.top + box.height)), outline=color, width=4)
        text = box.name if box.confidence is None else f"{box.name}  {box.confidence:.0%}"
        left, top, right, bottom = draw.textbbox((corner[0] + 6, corner[1] + 4), text, font=font)
        draw.rectangle((left - 4, top - 3, right + 4, bottom + 3), fill=color)
        draw.text((corner[0] + 6, corner[1] + 4), text, fill="white", font=font)
    return picture


def contact_sheet(pictures: Sequence[Image.Image], columns: int = 3, cell: tuple[int, int] = (480, 320)) -> Image.Image:
    """Puts pictures side by side on one sheet, each whole within a cell of one size."""
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * cell[0], rows * cell[1]), "white")
    for index, picture in enumerate(pictures):
        thumb = ImageOps.contain(picture, cell)
        sheet.paste(thumb, (index % columns * cell[0], index // columns * cell[1]))
    return sheet
