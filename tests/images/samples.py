"""Photos with every kind of metadata, made here; each kind carries a marker of its own."""

import io
import struct
import zlib
from collections.abc import Callable

import piexif
from PIL import Image, ImageCms, ImageDraw

MARKER = b"PLANTED"
EXIF_HEADER = b"Exif\x00\x00"


def marker(kind: str) -> bytes:
    return MARKER + kind.encode()


def picture(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Something without symmetry, so that a wrong turn shows."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((4, 4, width // 2, height // 3), fill=(200, 30, 30))
    draw.ellipse((width // 2, height // 2, width - 4, height - 4), fill=(30, 60, 200))
    return image.convert(mode)


def jpeg_bytes(image: Image.Image | None = None, **options: object) -> bytes:
    target = io.BytesIO()
    (image or picture()).save(target, "JPEG", **{"quality": 90} | options)
    return target.getvalue()


def png_bytes(image: Image.Image | None = None, **options: object) -> bytes:
    target = io.BytesIO()
    (image or picture()).save(target, "PNG", **options)
    return target.getvalue()


def exif(orientation: int = 1) -> bytes:
    """EXIF with make, dates, GPS, maker note, user comment and a thumbnail, without its JPEG header."""
    written = piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: marker("make"),
                piexif.ImageIFD.Model: marker("model"),
                piexif.ImageIFD.Orientation: orientation,
                piexif.ImageIFD.DateTime: b"2026:01:02 03:04:05",
                piexif.ImageIFD.XPAuthor: "PLANTEDxp".encode("utf-16le"),
            },
            "Exif": {
                piexif.ExifIFD.MakerNote: marker("makernote") * 20,
                piexif.ExifIFD.UserComment: b"ASCII\x00\x00\x00" + marker("usercomment"),
                piexif.ExifIFD.BodySerialNumber: marker("serial"),
            },
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: b"N",
                piexif.GPSIFD.GPSLatitude: ((48, 1), (8, 1), (0, 1)),
                piexif.GPSIFD.GPSProcessingMethod: marker("gps"),
            },
            "1st": {piexif.ImageIFD.Make: marker("ifd1")},
            "thumbnail": segments(jpeg_bytes(picture(48, 32)), [(0xFE, marker("thumbnail"))]),
        }
    )
    return bytes(written.removeprefix(EXIF_HEADER))


def xmp(kind: str = "xmp") -> bytes:
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="'
        + marker(kind)
        + b'"/></rdf:RDF></x:xmpmeta>'
    )


def iptc() -> bytes:
    caption = marker("iptc")
    record = b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption
    return b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(record)) + record + bytes(len(record) % 2)


def device_profile() -> bytes:
    """An sRGB profile whose header and texts name a device, its maker and a date."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[4:8], profile[40:44], profile[48:52], profile[52:56], profile[80:84] = (
        b"PLAN",
        b"APPL",
        b"TEDm",
        b"TEDo",
        b"TEDc",
    )
    profile[24:36] = struct.pack(">6H", 2026, 1, 2, 3, 4, 5)
    at = profile.find("sRGB".encode("utf-16-be"))
    profile[at : at + 8] = "PLAN".encode("utf-16-be")
    count = struct.unpack_from(">I", profile, 128)[0]
    # A private tag at the end; the others move up by its entry in the table.
    entries = [list(struct.unpack_from(">4sII", profile, 132 + 12 * index)) for index in range(count)]
    extra = b"text\x00\x00\x00\x00" + marker("profile") + b"\x00"
    data = bytes(profile[132 + 12 * count :]) + extra
    table = b"".join(struct.pack(">4sII", name, offset + 12, size) for name, offset, size in entries)
    table += struct.pack(">4sII", b"dmdd", 132 + 12 * (count + 1) + len(data) - len(extra), len(extra))
    body = bytes(profile[4:128]) + struct.pack(">I", count + 1) + table + data
    return struct.pack(">I", len(body) + 4) + body


def segments(content: bytes, added: list[tuple[int, bytes]], trailer: bytes = b"") -> bytes:
    """A JPEG file with segments put in after its start, and something after its end."""
    written = b"".join(b"\xff%c%b%b" % (kind, struct.pack(">H", len(data) + 2), data) for kind, data in added)
    return content[:2] + written + content[2:] + trailer


def mpf() -> bytes:
    """An index of two pictures, which exiftool and Pillow take for a multi-picture file."""
    entries = struct.pack(">IIIHH", 0x20030000, 1000, 0, 0, 0) + struct.pack(">IIIHH", 0x00020002, 900, 800, 0, 0)
    directory = struct.pack(">H", 3)
    directory += struct.pack(">HHI4s", 0xB000, 7, 4, b"0100")
    directory += struct.pack(">HHII", 0xB001, 4, 1, 2)
    directory += struct.pack(">HHII", 0xB002, 7, len(entries), 50)
    return b"MPF\x00MM\x00*\x00\x00\x00\x08" + directory + struct.pack(">I", 0) + entries


def loaded_jpeg(image: Image.Image | None = None, *, orientation: int = 1, **options: object) -> bytes:
    """A JPEG file with every kind of metadata at once."""
    second = segments(jpeg_bytes(picture(40, 40)), [(0xFE, marker("second"))])
    guid = b"0123456789ABCDEF0123456789ABCDEF"
    extended = b"http://ns.adobe.com/xmp/extension/\x00" + guid + struct.pack(">II", len(xmp("extended")), 0)
    profile = device_profile()
    return segments(
        jpeg_bytes(image, **options),
        [
            (0xE0, b"JFXX\x00\x10" + segments(jpeg_bytes(picture(24, 24)), [(0xFE, marker("jfxx"))])),
            (0xE1, EXIF_HEADER + exif(orientation)),
            (0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + xmp()),
            (0xE1, extended + xmp("extended")),
            (0xE2, mpf()),
            (0xE2, b"FPXR\x00" + marker("flashpix")),
            *((0xE2, b"ICC_PROFILE\x00\x01\x01" + profile),) * 1,
            (0xE3, b"Meta\x00\x00" + marker("meta")),
            (0xE4, b"QUAL" + marker("app4")),
            (0xE5, b"RMETA\x00" + marker("ricoh")),
            (0xE6, b"GoPro\x00" + marker("gopro")),
            (0xE7, b"Qualcomm" + marker("app7")),
            (0xEA, b"AROT\x00\x00" + marker("app10")),
            (0xEB, b"HDR_RI " + marker("jpeghdr")),
            (0xEC, b"Ducky" + marker("ducky")),
            (0xED, iptc()),
            (0xEF, marker("app15")),
            (0xFE, marker("comment")),
        ],
        second + marker("trailer") + b"SEFT",
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def loaded_png(image: Image.Image | None = None, *, orientation: int = 1, **options: object) -> bytes:
    """A PNG file with every kind of metadata at once, the animation chunks among them."""
    content = png_bytes(image, **options)
    header, others = content[:33], content[33:]
    before = [
        chunk(b"acTL", struct.pack(">II", 1, 0)),
        chunk(b"iCCP", marker("name") + b"\x00\x00" + zlib.compress(device_profile())),
        chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        chunk(b"eXIf", exif(orientation)),
        chunk(b"tEXt", b"Author\x00" + marker("text")),
        chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(marker("ztext"))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp()),
        chunk(b"tIME", struct.pack(">HBBBBB", 2026, 1, 2, 3, 4, 5)),
        chunk(b"vpAg", marker("vendor")),
        chunk(b"caBX", marker("c2pa")),
    ]
    end = others.rfind(b"IEND") - 4
    late = chunk(b"tEXt", b"Late\x00" + marker("late"))
    return header + b"".join(before) + others[:end] + late + others[end:] + marker("trailer")


LOADED: dict[str, Callable[[], bytes]] = {
    "baseline.jpg": loaded_jpeg,
    "progressive.jpg": lambda: loaded_jpeg(progressive=True),
    "restarts.jpg": lambda: loaded_jpeg(restart_marker_rows=1),
    "full-colour.jpg": lambda: loaded_jpeg(subsampling=0),
    "gray.jpg": lambda: loaded_jpeg(picture(mode="L")),
    "cmyk.jpg": lambda: loaded_jpeg(picture(mode="CMYK")),
    "colour.png": loaded_png,
    "transparent.png": lambda: loaded_png(picture(mode="RGBA")),
    "palette.png": lambda: loaded_png(picture(mode="P")),
    "gray.png": lambda: loaded_png(picture(mode="L")),
    "bits.png": lambda: loaded_png(picture(mode="1")),
}
